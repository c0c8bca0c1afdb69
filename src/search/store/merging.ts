import { and, eq, inArray, sql } from 'drizzle-orm';
import { searchSegments } from '../../../db/schema/index.ts';
import { newId } from '../../core/ids.ts';
import type { SearchKind } from '../../core/search-index.ts';
import type { Tx } from '../../core/transaction.ts';
import { decodeColumns, encodeColumns, idAt, joinColumns } from '../segments/columns.ts';
import { addShard, encodeShards, type PostingLists, type Shards, shardCountFor } from '../segments/postings.ts';
import { deleteSegments, insertSegment } from './segment-rows.ts';

/** So many of a size become one: a document that comes alone is written anew three times. */
const mergedAtOnce = 8;
/** Whoever writes merges segments with fewer documents that live; larger ones are merged when nobody waits for it. */
const largeForWriters = 512;
/** Segments with as many stay as they are. */
const largeEnough = 4_096;
/** In so many parts are the terms of larger segments merged: each takes the process for some milliseconds. */
const mostTurns = 256;

type SegmentRow = Pick<typeof searchSegments.$inferSelect, 'id' | 'documents' | 'deadDocuments' | 'shards'>;

/** Whoever adds a segment merges what is too small; at most 21 of a kind are smaller than `largeForWriters`. */
export async function mergeSmallSegments(tx: Tx, kind: SearchKind): Promise<void> {
  for (;;) {
    const small = await listSegments(tx, kind, { atLeast: 0, below: largeForWriters });
    const bySize = new Map<number, SegmentRow[]>();
    for (const segment of small) {
      const size = sizeOf(segment.documents - segment.deadDocuments);
      bySize.set(size, [...(bySize.get(size) ?? []), segment]);
    }
    const most = [...bySize.values()].find(({ length }) => length >= mergedAtOnce);
    if (most === undefined) return;
    await merge(tx, kind, most);
  }
}

/** Makes one of eight segments that are larger than writers merge; false when there are not as many. A second or two for 8,000 documents. */
export async function mergeLargerSegments(tx: Tx, kind: SearchKind): Promise<boolean> {
  const segments = await listSegments(tx, kind, { atLeast: largeForWriters, below: largeEnough });
  if (segments.length < mergedAtOnce) return false;
  await merge(tx, kind, segments.slice(0, mergedAtOnce));
  return true;
}

/** 0 for below 8, 1 below 64, 2 below 512. */
function sizeOf(live: number): number {
  return Math.floor(Math.log2(Math.max(1, live)) / Math.log2(mergedAtOnce));
}

/** By how many of their documents live, the oldest first. */
async function listSegments(
  tx: Tx,
  kind: SearchKind,
  { atLeast, below }: { atLeast: number; below: number },
): Promise<SegmentRow[]> {
  const { id, documents, deadDocuments, shards } = searchSegments;
  return await tx
    .select({ id, documents, deadDocuments, shards })
    .from(searchSegments)
    .where(
      and(
        eq(searchSegments.kind, kind),
        sql`${documents} - ${deadDocuments} >= ${atLeast} and ${documents} - ${deadDocuments} < ${below}`,
      ),
    )
    .orderBy(id);
}

async function merge(tx: Tx, kind: SearchKind, merged: readonly SegmentRow[]): Promise<void> {
  const ids = merged.map(({ id }) => id);
  const rows = await tx
    .select({ id: searchSegments.id, columns: searchSegments.columns, dead: searchSegments.dead })
    .from(searchSegments)
    .where(inArray(searchSegments.id, ids));
  const newNumbers = new Map<string, Int32Array>();
  let live = 0;
  const parts = rows.map(({ id, columns: encoded, dead }) => {
    const columns = decodeColumns(encoded);
    const isLive = (document: number) => (((dead?.[document >> 3] ?? 0) >> (document & 7)) & 1) === 0;
    newNumbers.set(
      id,
      Int32Array.from({ length: columns.count }, (_, document) => (isLive(document) ? live++ : -1)),
    );
    return { columns, isLive };
  });
  const columns = joinColumns(parts);
  const id = newId();
  const shards = shardCountFor(columns.count);
  const turns = Math.min(mostTurns, shards, ...merged.map((segment) => segment.shards));
  const mostShards = Math.max(...merged.map((segment) => segment.shards));
  await insertSegment(
    tx,
    id,
    { kind, documents: columns.count, columns: encodeColumns(columns), shards },
    mergedShards(tx, newNumbers, { count: shards, turns, mostShards }),
  );
  await tx.execute(sql`
    update search_documents d set segment_id = ${id}::uuid, place = moved.place - 1
    from unnest(${sql.param(Array.from({ length: columns.count }, (_, at) => idAt(columns.ids, at)))}::uuid[]) with ordinality moved (id, place)
    where d.kind = ${kind} and d.id = moved.id`);
  await deleteSegments(tx, ids);
}

/** A part of the shards at a time, so that neither the process nor its memory is taken for long. */
async function* mergedShards(
  tx: Tx,
  newNumbers: ReadonlyMap<string, Int32Array>,
  { count, turns, mostShards }: { count: number; turns: number; mostShards: number },
): AsyncGenerator<Shards> {
  for (let turn = 0; turn < turns; turn++) {
    const lists: PostingLists = new Map();
    const shards = Array.from({ length: Math.ceil((mostShards - turn) / turns) }, (_, at) => turn + at * turns);
    const { rows } = await tx.execute<{ id: string; data: Buffer }>(sql`
      select segment_id as id, data from search_postings
      where segment_id = any (${sql.param([...newNumbers.keys()])}::uuid[]) and shard = any (${sql.param(shards)}::int[])`);
    // In the order of the new numbers, in which lists rise.
    for (const [id, numbers] of newNumbers) {
      for (const row of rows) if (row.id === id) addShard(lists, row.data, numbers);
    }
    yield encodeShards(lists, count);
  }
}
