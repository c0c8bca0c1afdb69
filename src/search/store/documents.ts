import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import { searchDocuments, type searchPhrases } from '../../../db/schema/index.ts';
import type { SearchKind } from '../../core/search-index.ts';
import type { Db, Tx } from '../../core/transaction.ts';

/** A row without its bucket, which the database finds. */
export type SearchDocumentRow = Omit<typeof searchDocuments.$inferInsert, 'bucket'>;
export type PhraseRow = typeof searchPhrases.$inferInsert;

/** Makes a document's phrases: the same ones that were stored with it. */
export type PhrasesOf = (row: Pick<SearchDocumentRow, 'kind' | 'id' | 'title' | 'keywords'>) => PhraseRow[];

const d = searchDocuments;
/** Few enough that one statement stays far from its timeout while the index of terms takes in what is pending. */
const rowsPerInsert = 200;
const phrasesPerInsert = 5_000;

/** A newer version that is there already stays, with its phrases. */
export async function upsertDocuments(
  db: Database,
  rows: readonly SearchDocumentRow[],
  phrasesOf: PhrasesOf,
): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerInsert) {
    const portion = rows.slice(at, at + rowsPerInsert);
    await db.transaction(async (tx) => {
      await lockIndex(tx);
      const ids = portion.map(({ id }) => id);
      const kinds = [...new Set(portion.map(({ kind }) => kind))];
      const before = await tx
        .select({ kind: d.kind, id: d.id, title: d.title, keywords: d.keywords })
        .from(d)
        .where(and(inArray(d.kind, kinds), inArray(d.id, ids)));
      const written = new Set((await writeDocuments(tx, portion)).map(({ kind, id }) => `${kind}/${id}`));
      const isWritten = ({ kind, id }: { kind: SearchKind; id: string }) => written.has(`${kind}/${id}`);
      await deletePhrases(tx, before.filter(isWritten).flatMap(phrasesOf));
      await insertPhrases(tx, portion.filter(isWritten).flatMap(phrasesOf));
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
      .returning({ kind: d.kind, id: d.id, title: d.title, keywords: d.keywords });
    await deletePhrases(tx, removed.flatMap(phrasesOf));
  });
}

export async function listVersions(db: Db, kind: SearchKind): Promise<{ id: string; version: number }[]> {
  return await db.select({ id: d.id, version: d.version }).from(d).where(eq(d.kind, kind));
}

/** One writer at a time: phrases are replaced according to what was there before. Nobody who reads waits. */
async function lockIndex(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('duijie.search_documents', 0))`);
}

async function writeDocuments(tx: Tx, rows: readonly SearchDocumentRow[]): Promise<{ kind: SearchKind; id: string }[]> {
  return await tx
    .insert(d)
    .values(rows.map((row) => ({ ...row, bucket: sql`uuid_hash(${row.id}::uuid) & 63` })))
    .onConflictDoUpdate({
      target: [d.kind, d.id, d.bucket],
      set: {
        version: sql`excluded.version`,
        title: sql`excluded.title`,
        body: sql`excluded.body`,
        keywords: sql`excluded.keywords`,
        terms: sql`excluded.terms`,
        technologyFields: sql`excluded.technology_fields`,
        industries: sql`excluded.industries`,
        cooperationModes: sql`excluded.cooperation_modes`,
        regionCode: sql`excluded.region_code`,
        trl: sql`excluded.trl`,
        moneyBand: sql`excluded.money_band`,
        activityType: sql`excluded.activity_type`,
        stage: sql`excluded.stage`,
        iprKinds: sql`excluded.ipr_kinds`,
        language: sql`excluded.language`,
        validUntil: sql`excluded.valid_until`,
        publishedAt: sql`excluded.published_at`,
      },
      setWhere: sql`${d.version} <= excluded.version`,
    })
    .returning({ kind: d.kind, id: d.id });
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
