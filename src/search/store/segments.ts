import { sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import type { SearchKind } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';
import type { QueryTerm } from '../index-terms.ts';
import { decodeColumns } from '../segments/columns.ts';
import { createHeldIndex, type HeldIndex, type HeldSegment, holdSegment, keepOnly } from '../segments/held.ts';
import { firstHashOfCharacter, shardsPerCharacter, termHash } from '../segments/postings.ts';
import type { ValueTables } from '../segments/values.ts';
import { filledMark } from './cursors.ts';

/** A segment as one moment has it. */
export interface SegmentView {
  held: HeldSegment;
  /** A bit for each document that is gone or has a newer version elsewhere; null for none. */
  dead: Buffer | null;
  /** By the place of the asked term: the shards that have its postings, one behind the other, if the segment does. */
  shards: (Buffer | undefined)[];
}

export interface IndexView {
  /** Whether all records are in it, but for what its reader has still to read. */
  isFilled: boolean;
  segments: SegmentView[];
  tables: ValueTables;
}

/** A segment can be merged away between its listing and the reading of its columns: then all is listed anew. */
const maxAttempts = 20;
const patienceMs = 2_000;

const heldByDatabase = new WeakMap<object, Record<SearchKind, HeldIndex>>();

function heldFor(db: Database, kind: SearchKind): HeldIndex {
  let held = heldByDatabase.get(db);
  if (held === undefined) {
    held = { demand: createHeldIndex(), result: createHeldIndex() };
    heldByDatabase.set(db, held);
  }
  return held[kind];
}

/**
 * All segments of a kind with the shards of the asked terms, as of one snapshot: whatever was committed before is in it.
 * Columns of segments that this process does not hold yet are read as well.
 */
export async function viewIndex(db: Database, kind: SearchKind, terms: readonly QueryTerm[]): Promise<IndexView> {
  return await viewOn(db, heldFor(db, kind), kind, terms);
}

/** As `viewIndex`, for a hint for which nobody waits long. */
export async function viewIndexSoon(db: Database, kind: SearchKind, terms: readonly QueryTerm[]): Promise<IndexView> {
  return await db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('statement_timeout', ${String(patienceMs)}, true)`);
    return await viewOn(tx, heldFor(db, kind), kind, terms);
  });
}

async function viewOn(db: Db, held: HeldIndex, kind: SearchKind, terms: readonly QueryTerm[]): Promise<IndexView> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const rows = await listSegments(db, kind, terms);
    const { tables } = held;
    const known = new Map<string, HeldSegment>();
    for (const { id } of rows.listed) {
      const segment = held.segments.get(id);
      if (segment !== undefined) known.set(id, segment);
    }
    const missing = rows.listed.map(({ id }) => id).filter((id) => !known.has(id));
    for (const id of missing.length > 0 ? await readColumns(db, missing, held) : []) {
      const segment = held.segments.get(id);
      if (segment !== undefined) known.set(id, segment);
    }
    if (held.tables !== tables || known.size < rows.listed.length) continue;
    keepOnly(held, new Set(known.keys()));
    const segments = rows.listed.flatMap(({ id, dead }) => {
      const segment = known.get(id);
      return segment === undefined ? [] : [{ held: segment, dead, shards: rows.shards.get(id) ?? [] }];
    });
    return { isFilled: rows.isFilled, segments, tables };
  }
  throw new Error(`the segments of ${kind}s changed ${maxAttempts} times while they were read`);
}

interface ListRow extends Record<string, unknown> {
  /** Null of the row that says that the index is filled. */
  id: string | null;
  dead: Buffer | null;
  place: number | null;
  shard: Buffer | null;
}

async function listSegments(db: Db, kind: SearchKind, terms: readonly QueryTerm[]) {
  const ofSegments = sql`select id, dead, null::int as place, null::bytea as shard from search_segments where kind = ${kind}
    union all select null, null, null, null from cursors where ${filledMark}`;
  const hashes = terms.map(({ term, anywhere }) => (anywhere ? firstHashOfCharacter(term) : termHash(term)));
  const more = terms.map(({ anywhere }) => (anywhere ? shardsPerCharacter - 1 : 0));
  // A subquery for each: whatever the planner thinks of the tables' sizes, it goes by the primary key.
  const ofTerms = sql`select s.id, null, asked.place::int - 1, (
      select string_agg(p.data, '') from search_postings p
      where p.segment_id = s.id and p.shard between asked.hash & (s.shards - 1) and (asked.hash & (s.shards - 1)) + asked.more)
    from search_segments s, unnest(${sql.param(hashes)}::int[], ${sql.param(more)}::int[]) with ordinality asked (hash, more, place)
    where s.kind = ${kind}`;
  const { rows } = await db.execute<ListRow>(terms.length === 0 ? ofSegments : sql`${ofSegments} union all ${ofTerms}`);
  const shards = new Map<string, (Buffer | undefined)[]>();
  const listed: { id: string; dead: Buffer | null }[] = [];
  let isFilled = false;
  for (const { id, dead, place, shard } of rows) {
    if (id === null) isFilled = true;
    else if (place === null) listed.push({ id, dead });
    else if (shard !== null) {
      const ofSegment = shards.get(id) ?? [];
      ofSegment[place] = shard;
      shards.set(id, ofSegment);
    }
  }
  return { listed, shards, isFilled };
}

/** Holds them; returns the ids of those that are still there. */
async function readColumns(db: Db, ids: readonly string[], held: HeldIndex): Promise<string[]> {
  const { rows } = await db.execute<{ id: string; columns: Buffer }>(sql`
    select id, columns from search_segments where id = any (${sql.param(ids)}::uuid[])`);
  for (const { id, columns } of rows) if (!held.segments.has(id)) holdSegment(held, id, decodeColumns(columns));
  return rows.map(({ id }) => id);
}

/** Which of these documents have a title that has something spelt at least so alike, and how alike (0–1). */
export async function readLikeness(
  db: Db,
  kind: SearchKind,
  ids: readonly string[],
  similarTo: string,
  least: number,
): Promise<Map<string, number>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.execute<{ id: string; likeness: number }>(sql`
    select id, likeness from search_documents d, lateral (select word_similarity(${similarTo}, d.title)) alike (likeness)
    where d.kind = ${kind} and d.id = any (${sql.param(ids)}::uuid[]) and likeness >= ${least}::real`);
  return new Map(rows.map(({ id, likeness }) => [id, likeness]));
}

export async function readTexts(
  db: Db,
  kind: SearchKind,
  ids: readonly string[],
): Promise<Map<string, { title: string; body: string }>> {
  if (ids.length === 0) return new Map();
  const { rows } = await db.execute<{ id: string; title: string; body: string }>(sql`
    select id, title, body from search_documents where kind = ${kind} and id = any (${sql.param(ids)}::uuid[])`);
  return new Map(rows.map(({ id, title, body }) => [id, { title, body }]));
}
