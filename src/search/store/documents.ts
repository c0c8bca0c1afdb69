import { and, eq, gt, inArray, sql } from 'drizzle-orm';
import { among } from '../../../db/among.ts';
import type { Database } from '../../../db/client.ts';
import { searchDocuments, type searchPhrases } from '../../../db/schema/index.ts';
import { newId } from '../../core/ids.ts';
import type { SearchKind } from '../../core/search-index.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { Segment, StoredDocument } from '../segments/build.ts';
import { mergeLargerSegments, mergeSmallSegments } from './merging.ts';
import { buryDocuments, insertSegment, type Place } from './segment-rows.ts';

export type PhraseRow = typeof searchPhrases.$inferInsert;

/** Makes a document's phrases: the same ones that were stored with it. */
export type PhrasesOf = (document: Pick<StoredDocument, 'id' | 'title' | 'keywords'>) => PhraseRow[];

const d = searchDocuments;
const phrasesPerInsert = 1_000;
const versionsPerRead = 2_000;

/** Makes the documents of a segment findable, and what was there of them before no longer. A newer version that is there already stays. */
export async function addSegment(db: Database, segment: Segment, phrasesOf: PhrasesOf): Promise<void> {
  const { kind, documents } = segment;
  await db.transaction(async (tx) => {
    await lockIndex(tx);
    const ids = documents.map(({ id }) => id);
    const { id, version, segmentId: inSegment, place, title, keywords } = d;
    const before = await tx
      .select({ id, version, segmentId: inSegment, place, title, keywords })
      .from(d)
      .where(and(eq(d.kind, kind), among(id, ids)));
    const versions = new Map(before.map(({ id, version }) => [id, version]));
    const isNewest = ({ id, version }: StoredDocument) => version >= (versions.get(id) ?? version);
    const written = documents.map((document, place) => ({ document, place })).filter((one) => isNewest(one.document));
    if (written.length === 0) return;
    const segmentId = newId();
    const writtenIds = new Set(written.map(({ document }) => document.id));
    const replaced = before.filter(({ id }) => writtenIds.has(id));
    await writeDocuments(tx, kind, segmentId, written);
    await insertSegment(
      tx,
      segmentId,
      {
        kind,
        documents: documents.length,
        columns: segment.columns,
        shards: segment.shards.count,
      },
      [segment.shards],
    );
    const outdated = documents.flatMap(({ id }, place) => (writtenIds.has(id) ? [] : [{ segmentId, place }]));
    await buryDocuments(tx, [...replaced, ...outdated]);
    await deletePhrases(tx, replaced.flatMap(phrasesOf));
    await insertPhrases(
      tx,
      written.flatMap(({ document }) => phrasesOf(document)),
    );
    await mergeSmallSegments(tx, kind);
  });
}

/** Until few and large segments are left, a transaction for each: writers and the readers of messages wait for none long. */
export async function tidySegments(db: Database, kind: SearchKind): Promise<void> {
  let merged = true;
  while (merged) {
    merged = await db.transaction(async (tx) => {
      await lockIndex(tx);
      return await mergeLargerSegments(tx, kind);
    });
  }
}

export async function removeDocuments(
  db: Database,
  kind: SearchKind,
  ids: readonly string[],
  phrasesOf: PhrasesOf,
): Promise<void> {
  if (ids.length === 0) return;
  await db.transaction(async (tx) => {
    await lockIndex(tx);
    const removed = await tx
      .delete(d)
      .where(and(eq(d.kind, kind), inArray(d.id, [...ids])))
      .returning();
    await buryDocuments(tx, removed);
    await deletePhrases(tx, removed.flatMap(phrasesOf));
  });
}

/** By id, of the documents that can be found: a row without its segment, or dead there, is none. */
export async function listVersions(db: Db, kind: SearchKind): Promise<Map<string, number>> {
  const versions = new Map<string, number>();
  for (let afterId: string | null = null; ; ) {
    const page: { id: string; version: number }[] = await db
      .select({ id: d.id, version: d.version })
      .from(d)
      .where(
        and(
          eq(d.kind, kind),
          afterId === null ? undefined : gt(d.id, afterId),
          sql`exists (select 1 from search_segments s where s.id = ${d.segmentId} and (s.dead is null or get_bit(s.dead, ${d.place}) = 0))`,
        ),
      )
      .orderBy(d.id)
      .limit(versionsPerRead);
    for (const { id, version } of page) versions.set(id, version);
    const last = page.at(-1);
    if (last === undefined || page.length < versionsPerRead) return versions;
    afterId = last.id;
  }
}

/** One writer at a time: what is replaced depends on what was there before. Nobody who reads waits. */
async function lockIndex(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('duijie.search_documents', 0))`);
}

async function writeDocuments(
  tx: Tx,
  kind: SearchKind,
  segmentId: string,
  rows: readonly { document: StoredDocument; place: Place['place'] }[],
): Promise<void> {
  const column = (name: keyof StoredDocument) => sql.param(rows.map(({ document }) => document[name]));
  await tx.execute(sql`
    insert into search_documents (kind, segment_id, id, version, place, title, keywords, body)
    select ${kind}, ${segmentId}::uuid, * from unnest(${column('id')}::uuid[], ${column('version')}::int[],
      ${sql.param(rows.map(({ place }) => place))}::int[], ${column('title')}::text[], ${column('keywords')}::text[], ${column('body')}::text[])
    on conflict (kind, id) do update set version = excluded.version, segment_id = excluded.segment_id, place = excluded.place,
      title = excluded.title, keywords = excluded.keywords, body = excluded.body`);
}

async function insertPhrases(tx: Tx, phrases: readonly PhraseRow[]): Promise<void> {
  for (let at = 0; at < phrases.length; at += phrasesPerInsert) {
    const portion = phrases.slice(at, at + phrasesPerInsert);
    await tx.execute(sql`
      insert into search_phrases (kind, key, document_id, text)
      select * from unnest(${columns(portion)}) on conflict do nothing`);
  }
}

async function deletePhrases(tx: Tx, phrases: readonly PhraseRow[]): Promise<void> {
  if (phrases.length === 0) return;
  await tx.execute(sql`
    delete from search_phrases p using unnest(${columns(phrases)}) gone (kind, key, document_id, text)
    where p.kind = gone.kind and p.key = gone.key and p.document_id = gone.document_id`);
}

/** As four arrays: a parameter for each value would be more than a statement takes. */
function columns(phrases: readonly PhraseRow[]) {
  const column = (name: 'kind' | 'key' | 'documentId' | 'text') => sql.param(phrases.map((phrase) => phrase[name]));
  return sql`${column('kind')}::text[], ${column('key')}::text[], ${column('documentId')}::uuid[], ${column('text')}::text[]`;
}
