import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../../db/client.ts';
import type { SearchKind, SearchQuery, SearchSort } from '../../core/search-index.ts';
import type { Db } from '../../core/transaction.ts';
import { allOf, filterConditions } from './conditions.ts';
import { countFacets, type FacetCounts } from './facets.ts';

/** A term as a tsquery literal, and as it may stand in a title in lower case. */
export interface AskedTerm {
  query: string;
  surface: string;
}

/** Which documents a question matches. */
export type Matching =
  | { by: 'nothing' }
  /** `every` is a tsquery literal of all the question's terms. */
  | { by: 'every'; every: string; terms: readonly AskedTerm[] }
  /** Any of the terms given, every one of the question's, or a title that has something spelt like `similarTo`. */
  | { by: 'some'; every: string; terms: readonly AskedTerm[]; similarTo: string };

export interface FoundDocument {
  id: string;
  score: number;
  title: string;
  body: string;
}

export interface Found {
  total: number;
  documents: FoundDocument[];
}

/** How alike, 0–1, a question and a stretch of a title must be for a typing mistake (`pg_trgm.word_similarity_threshold`). */
const likeness = 0.45;

/** What each of a question's terms counts by where a document has it: two in the body outweigh one in the title. */
const places = { title: 1, keywords: 0.8, body: 0.6 };
/** What a term counts that does not stand in the title, before the vectors are read. */
const outsideTitle = 0.75;
/** The share of a kind's documents that have each of the commonest terms, as PostgreSQL last sampled it; empty before the first ANALYZE. */
export async function commonTerms(db: Db): Promise<Map<string, number>> {
  const { rows } = await db.execute<{ term: string; share: number }>(sql`
    select common.term, max(common.share) as share from pg_stats,
      unnest(most_common_elems::text::text[], most_common_elem_freqs) as common(term, share)
    where schemaname = 'search_parts' and attname = 'terms' and common.term is not null
    group by common.term`);
  return new Map(rows.map(({ term, share }) => [term, share]));
}

/** One page of what matches, and how many there are. */
export async function findDocuments(db: Database, query: SearchQuery, matching: Matching): Promise<Found> {
  if (matching.by === 'nothing') {
    const [documents, total] = await Promise.all([readNewest(db, query), countDocuments(db, query, matching)]);
    return { documents, total };
  }
  if (matching.by === 'some') return await withLikeness(db, matching, (on) => readWide(on, query, matching));
  const [documents, total] = await Promise.all([readEvery(db, query, matching), countDocuments(db, query, matching)]);
  return { documents, total };
}

export async function countDocuments(
  db: Database,
  { kind, filters }: Pick<SearchQuery, 'kind' | 'filters'>,
  matching: Matching,
): Promise<number> {
  return await withLikeness(db, matching, async (on) => {
    const { rows } = await on.execute<{ total: number }>(sql`
      select count(*)::int as total from ${matched(matching, kind)} where ${allOf(kind, filterConditions(filters))}`);
    return rows[0]?.total ?? 0;
  });
}

/** Documents per code; of every nth document where asked (see `countFacets`). */
export async function findFacets(
  db: Database,
  query: SearchQuery,
  matching: Matching,
  everyNth: number,
): Promise<FacetCounts> {
  return await withLikeness(db, matching, (on) => countFacets(on, query, matched(matching, query.kind), everyNth));
}

async function withLikeness<Answer>(
  db: Database,
  matching: Matching,
  work: (on: Db) => Promise<Answer>,
): Promise<Answer> {
  if (matching.by !== 'some') return await work(db);
  return await db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('pg_trgm.word_similarity_threshold', ${String(likeness)}, true)`);
    return await work(tx);
  });
}

/** What the question matches, before the filters, with the documents as `d`. */
function matched(matching: Matching, kind: SearchKind): SQL {
  if (matching.by === 'nothing') return sql`search_documents d`;
  if (matching.by === 'every') return everyTerm(matching.every);
  const wide = hitsWithSome(matching, sql`d.kind = ${kind}`);
  return sql`(with ${wide} select id from wide) hit join search_documents d on d.kind = ${kind} and d.id = hit.id`;
}

/** Joined from `unnest`: the planner does not know what reading a vector costs, and so takes the index also for common terms. */
function everyTerm(every: string): SQL {
  return sql`unnest(array[${every}]::tsquery[]) asked (query) join search_documents d on d.terms @@ asked.query`;
}

async function readNewest(db: Db, query: SearchQuery): Promise<FoundDocument[]> {
  const { kind, filters, sort, offset, limit } = query;
  if (limit === 0) return [];
  const { rows } = await db.execute<FoundDocument & Record<string, unknown>>(sql`
    select d.id, 0 as score, ${textsOf(query)} from search_documents d
    where ${allOf(kind, filterConditions(filters))}
    order by ${orderOf(sort, false)} offset ${offset} limit ${limit}`);
  return rows;
}

/**
 * A page of those with every term, 0.5–1: by where the terms stand, as their surfaces in the title and keywords tell. The
 * vectors would tell the same, and are large and stored apart. With another order the matching is fenced off, or the
 * planner would look for the terms in the newest documents one by one, whose vectors it takes for cheap.
 */
async function readEvery(
  db: Db,
  query: SearchQuery,
  { every, terms }: Extract<Matching, { by: 'every' }>,
): Promise<FoundDocument[]> {
  const { kind, filters, sort, offset, limit } = query;
  if (limit === 0) return [];
  const parts = terms.map(
    ({ surface }) => sql`case when strpos(${lowerTitle}, ${surface}) > 0 then ${places.title}::real
      when strpos(${lowerKeywords}, ${surface}) > 0 then ${places.keywords}::real else ${places.body}::real end`,
  );
  const score = sql`(0.5 + (${sql.join(parts, sql` + `)}) / ${2 * terms.length})::real`;
  const { rows } = await db.execute<FoundDocument & Record<string, unknown>>(sql`
    with matched as ${sql.raw(sort === 'relevance' ? 'not materialized' : 'materialized')} (
      select d.id, d.published_at, d.valid_until, ${score} as score from ${everyTerm(every)}
      where ${allOf(kind, filterConditions(filters))}
    ), page as (
      select id, score, row_number() over (order by ${orderOf(sort, true)}) as place
      from (select * from matched order by ${orderOf(sort, true)} offset ${offset} limit ${limit}) first
    )
    ${shownOf(query)}`);
  return rows;
}

/** The documents of `page`, in their places. */
function shownOf(query: SearchQuery): SQL {
  if (!query.highlight) return sql`select id, score, '' as title, '' as body from page order by place`;
  return sql`select page.id, page.score, d.title, d.body
    from page join search_documents d on d.kind = ${query.kind} and d.id = page.id order by page.place`;
}

async function readWide(db: Db, query: SearchQuery, matching: Extract<Matching, { by: 'some' }>): Promise<Found> {
  const { kind, filters, sort, offset, limit } = query;
  const wide = hitsWithSome(matching, allOf(kind, filterConditions(filters)));
  const order = orderOf(sort, true);
  const { rows } = await db.execute<{ total: number; documents: FoundDocument[] }>(sql`
    with ${wide}, page as (
      select id, score, row_number() over (order by ${order}) as place from wide order by ${order} offset ${offset} limit ${limit}
    ), shown as (${shownOf(query)})
    select
      (select count(*)::int from wide) as total,
      (select coalesce(json_agg(shown), '[]') from shown) as documents`);
  return rows[0] ?? { total: 0, documents: [] };
}

function textsOf({ highlight }: SearchQuery): SQL {
  return highlight ? sql`d.title, d.body` : sql`'' as title, '' as body`;
}

function orderOf(sort: SearchSort, isScored: boolean): SQL {
  if (sort === 'expiring') return sql`valid_until asc nulls last, published_at desc, id desc`;
  return isScored && sort === 'relevance'
    ? sql`score desc, published_at desc, id desc`
    : sql`published_at desc, id desc`;
}

/** Of ASCII only, which is many times as fast; terms in other scripts have no cases, or miss a title in capitals. */
const lowerTitle = sql.raw('lower(d.title collate "C")');
const lowerKeywords = sql.raw('lower(d.keywords collate "C")');

/**
 * Common table expressions that end in `wide (id, published_at, valid_until, score)`: of any of the terms, rare ones count
 * more (inverse document frequency), as do those in the title. Scores are 0–1: documents with every term are above one
 * half, the others below.
 */
function hitsWithSome({ every, terms, similarTo }: Extract<Matching, { by: 'some' }>, condition: SQL): SQL {
  const queries = sql.param(terms.map(({ query }) => query));
  const surfaces = sql.param(terms.map(({ surface }) => surface));
  return sql`asked as materialized (
      select * from unnest(${queries}::text[]::tsquery[], ${surfaces}::text[]) with ordinality asked (query, surface, place)
    ), posting as materialized (
      select asked.place, d.id, d.published_at, d.valid_until, case when strpos(${lowerTitle}, asked.surface) > 0 then 1 else ${outsideTitle}::real end as part
      from asked join search_documents d on d.terms @@ asked.query
      where ${condition}
    ), rarity as materialized (
      select asked.place, ln(1 + 1e6 / (1 + count(posting.id))) as weight from asked left join posting using (place) group by asked.place
    ), matched as (
      select id, published_at, valid_until, sum(weight * part) / (select sum(weight) from rarity) as share, 0::real as likeness, 0 as complete
      from posting join rarity using (place) group by id, published_at, valid_until
      union all
      select d.id, d.published_at, d.valid_until, 0, word_similarity(${similarTo}, d.title), 0 from search_documents d
      where d.title %> ${similarTo} and ${condition}
      union all
      select d.id, d.published_at, d.valid_until, 0, 0, 1 from ${everyTerm(every)}
      where numnode(asked.query) > 0 and ${condition}
    ), wide as materialized (
      select id, published_at, valid_until, (max(complete) + least(greatest(max(share), max(likeness) * 0.8), 0.99))::real / 2 as score
      from matched group by id, published_at, valid_until
    )`;
}
