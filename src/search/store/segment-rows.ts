import { eq, inArray, sql } from 'drizzle-orm';
import { searchSegments } from '../../../db/schema/index.ts';
import type { SearchKind } from '../../core/search-index.ts';
import type { Tx } from '../../core/transaction.ts';
import type { Shards } from '../segments/postings.ts';

/** Where a document's terms are. */
export interface Place {
  segmentId: string;
  place: number;
}

/** A segment with all its shards, which may come in several parts. */
export async function insertSegment(
  tx: Tx,
  id: string,
  segment: { kind: SearchKind; documents: number; columns: Buffer; shards: number },
  parts: Iterable<Shards> | AsyncIterable<Shards>,
): Promise<void> {
  await tx.insert(searchSegments).values({ id, ...segment, dead: null, deadDocuments: 0 });
  // One value with all bytes, and what of it is whose: as an array of bytes each would be written in hexadecimal.
  for await (const { numbers, lengths, data } of parts) {
    await tx.execute(sql`
      insert into search_postings (segment_id, shard, data)
      select ${id}::uuid, number, substring(${data}::bytea from (sum(length) over (order by at))::int - length + 1 for length)
      from unnest(${sql.param(numbers)}::int[], ${sql.param(lengths)}::int[]) with ordinality part (number, length, at)`);
  }
}

/** Marks documents as dead; segments without any other go. */
export async function buryDocuments(tx: Tx, places: readonly Place[]): Promise<void> {
  const bySegment = new Map<string, number[]>();
  for (const { segmentId, place } of places) {
    const ofSegment = bySegment.get(segmentId);
    if (ofSegment === undefined) bySegment.set(segmentId, [place]);
    else ofSegment.push(place);
  }
  if (bySegment.size === 0) return;
  const segments = await tx
    .select({ id: searchSegments.id, documents: searchSegments.documents, dead: searchSegments.dead })
    .from(searchSegments)
    .where(inArray(searchSegments.id, [...bySegment.keys()]));
  const emptied: string[] = [];
  for (const { id, documents, dead: before } of segments) {
    const dead = Buffer.alloc(Math.ceil(documents / 8));
    before?.copy(dead);
    for (const place of bySegment.get(id) ?? []) dead[place >> 3] = (dead[place >> 3] ?? 0) | (1 << (place & 7));
    const deadDocuments = countBits(dead);
    if (deadDocuments === documents) emptied.push(id);
    else await tx.update(searchSegments).set({ dead, deadDocuments }).where(eq(searchSegments.id, id));
  }
  await deleteSegments(tx, emptied);
}

export async function deleteSegments(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`delete from search_postings where segment_id = any (${sql.param(ids)}::uuid[])`);
  await tx.delete(searchSegments).where(inArray(searchSegments.id, [...ids]));
}

function countBits(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) for (let rest = byte; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}
