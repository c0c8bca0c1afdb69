import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { searchDocuments } from '../../db/schema/index.ts';
import { regionPrefix } from '../core/region-codes.ts';
import {
  facetFilters,
  type SearchFacet,
  type SearchFilters,
  type SearchKind,
  type SearchQuery,
  type SearchSort,
  type SearchSuggestion,
} from '../core/search-index.ts';
import type { Db } from '../core/transaction.ts';

export type SearchDocumentRow = typeof searchDocuments.$inferInsert;

/** A term as a tsquery literal, and as it may stand in a title in lower case. */
export interface AskedTerm {
  query: string;
  surface: string;
}

/** Which documents a question matches. */
export type Matching =
  | { by: 'nothing' }
  /** `every` and `some` are tsquery literals of all the question's terms. */
  | { by: 'every'; every: string; some: string; terms: readonly AskedTerm[] }
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
  facets: Partial<Record<SearchFacet, Record<string, number>>>;
}

const rowsPerInsert = 500;

/** How alike, 0–1, a question and a stretch of a title must be for a typing mistake (`pg_trgm.word_similarity_threshold`). */
const likeness = 0.45;

/** Weights of body (no mark), body, keywords (B) and title (A): two terms in the body outweigh one in the title. */
const fieldWeights = sql.raw(`'{0.6,0.6,0.8,1}'::real[]`);
/** What a term counts that does not stand in the title, before the vectors are read. */
const outsideTitle = 0.75;
/** Vectors are large and stored apart; of a question that thousands of documents match, only so many are read. */
const maxRanked = 200;
/** π²/6 undoes the scale of `ts_rank` for terms that stand in one place each. */
const rankScale = sql.raw('1.6449');

const d = searchDocuments;

/** A newer version that is there already stays. */
export async function upsertDocuments(db: Db, rows: readonly SearchDocumentRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsPerInsert) {
    await db
      .insert(d)
      .values(rows.slice(at, at + rowsPerInsert))
      .onConflictDoUpdate({
        target: [d.kind, d.id],
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
      });
  }
}

export async function removeDocuments(db: Db, kind: SearchKind, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await db.delete(d).where(and(eq(d.kind, kind), inArray(d.id, [...ids])));
}

export async function listVersions(db: Db, kind: SearchKind): Promise<{ id: string; version: number }[]> {
  return await db.select({ id: d.id, version: d.version }).from(d).where(eq(d.kind, kind));
}

/** Keywords that begin with what was typed, the most used first. */
export async function suggestKeywords(
  db: Db,
  kind: SearchKind,
  prefix: string,
  limit: number,
): Promise<SearchSuggestion[]> {
  if (prefix === '') return [];
  const { rows } = await db.execute<{ text: string; count: number }>(sql`
    select min(keyword) as text, count(distinct d.id)::int as count
    from search_documents d, unnest(d.keywords) keyword
    where d.kind = ${kind} and starts_with(lower(keyword), lower(${prefix}))
    group by lower(keyword) order by count desc, text limit ${limit}`);
  return rows;
}

/** The share of documents that have each of the commonest terms, as PostgreSQL last sampled it; empty before the first ANALYZE. */
export async function commonTerms(db: Db): Promise<Map<string, number>> {
  const { rows } = await db.execute<{ term: string; share: number }>(sql`
    select common.term, common.share from pg_stats,
      unnest(most_common_elems::text::text[], most_common_elem_freqs) as common(term, share)
    where schemaname = 'public' and tablename = 'search_documents' and attname = 'terms' and common.term is not null`);
  return new Map(rows.map(({ term, share }) => [term, share]));
}

export async function findDocuments(db: Db, query: SearchQuery, matching: Matching): Promise<Found> {
  if (matching.by !== 'some') return await runFind(db, query, matching);
  return await db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('pg_trgm.word_similarity_threshold', ${String(likeness)}, true)`);
    return await runFind(tx, query, matching);
  });
}

/** One statement: what matches, its score, its number, one page of it and its facets. */
async function runFind(db: Db, query: SearchQuery, matching: Matching): Promise<Found> {
  const { kind, filters, facets, sort, offset, limit, highlight } = query;
  const loose = facets.filter((facet) => facetFilters[facet].some((name) => filters[name] !== undefined));
  const looseNames = new Set<string>(loose.flatMap((facet) => facetFilters[facet]));
  const conditions = filterConditions(filters);
  const firm = allOf(kind, conditions, (name) => !looseNames.has(name));
  const order = orderOf(sort, matching);
  const texts = highlight ? sql`d.title, d.body` : sql`'' as title, '' as body`;
  const faceted = facets.map((facet) => {
    const own = new Set<string>(loose.includes(facet) ? facetFilters[facet] : []);
    const others = allOf(kind, conditions, (name) => looseNames.has(name) && !own.has(name));
    return sql`${sql.raw(`faceted_${facet}`)} as (select ${facetCodes[facet].columns} from wide join search_documents d on d.id = wide.id where ${others})`;
  });
  const counts = facets.flatMap((facet) => [sql.raw(`'${facet}'`), countsOf(facet)]);
  const { rows } = await db.execute<{ total: number; documents: FoundDocument[]; facets: Found['facets'] }>(sql`
    with ${hits(matching, kind, firm)}, hit as ${
      loose.length === 0
        ? sql`(select * from wide)`
        : sql`materialized (
      select wide.* from wide join search_documents d on d.id = wide.id where ${allOf(kind, conditions, (name) => looseNames.has(name))}
    )`
    }, page as (
      select id, score, row_number() over (order by ${order}) as place from hit order by ${order} offset ${offset} limit ${limit}
    ), shown as (
      select page.id, page.score, page.place, ${texts} from page join search_documents d on d.kind = ${kind} and d.id = page.id
    )${faceted.length === 0 ? sql`` : sql`, ${sql.join(faceted, sql`, `)}`}
    select
      (select count(*)::int from hit) as total,
      (select coalesce(json_agg(shown order by shown.place), '[]') from shown) as documents,
      json_build_object(${sql.join(counts, sql`, `)}) as facets`);
  return rows[0] ?? { total: 0, documents: [], facets: {} };
}

function orderOf(sort: SearchSort, matching: Matching): SQL {
  if (sort === 'expiring') return sql`valid_until asc nulls last, published_at desc, id desc`;
  return matching.by !== 'nothing' && sort === 'relevance'
    ? sql`score desc, published_at desc, id desc`
    : sql`published_at desc, id desc`;
}

/**
 * The common table expressions that end in `wide (id, published_at, valid_until, score)`. Scores are 0–1: documents with every term are
 * above one half, the others below. Questions are joined from `unnest`, so that the planner, which knows nothing of the
 * price of reading a vector, takes the index also for common terms.
 */
function hits(matching: Matching, kind: SearchKind, condition: SQL): SQL {
  if (matching.by === 'nothing') {
    // Every part is planned by itself, so the page comes from the index by time.
    return sql`wide as not materialized (
      select d.id, d.published_at, d.valid_until, 0::real as score from search_documents d where ${condition})`;
  }
  return matching.by === 'every' ? hitsWithEvery(matching, kind, condition) : hitsWithSome(matching, condition);
}

/** Ordered by the terms in the title; the first of them then by the fields in which the terms stand. */
function hitsWithEvery(
  { every, some, terms }: Extract<Matching, { by: 'every' }>,
  kind: SearchKind,
  condition: SQL,
): SQL {
  const inTitle = sql.join(
    terms.map(({ surface }) => sql`(strpos(lower(d.title), ${surface}) > 0)::int`),
    sql` + `,
  );
  return sql`matched as materialized (
      select d.id, d.published_at, d.valid_until, (${inTitle})::real / ${terms.length} as title_share
      from unnest(array[${every}]::tsquery[]) asked (query) join search_documents d on d.terms @@ asked.query
      where ${condition}
    ), ranked as materialized (
      select first.id, ts_rank(${fieldWeights}, d.terms, ${some}::tsquery) * ${rankScale} as rank
      from (select id from matched order by title_share desc, published_at desc, id desc limit ${maxRanked}) first
      join search_documents d on d.kind = ${kind} and d.id = first.id
    ), wide as materialized (
      select id, published_at, valid_until, coalesce(0.75 + least(rank, 1) / 4, 0.5 + title_share / 4)::real as score
      from matched left join ranked using (id)
    )`;
}

/** Rare terms count more (inverse document frequency), as do terms in the title. */
function hitsWithSome({ every, terms, similarTo }: Extract<Matching, { by: 'some' }>, condition: SQL): SQL {
  const queries = sql.join(
    terms.map(({ query }) => sql`${query}`),
    sql`, `,
  );
  const surfaces = sql.join(
    terms.map(({ surface }) => sql`${surface}`),
    sql`, `,
  );
  return sql`asked as materialized (
      select * from unnest(array[${queries}]::tsquery[], array[${surfaces}]::text[]) with ordinality asked (query, surface, place)
    ), posting as materialized (
      select asked.place, d.id, d.published_at, d.valid_until, case when strpos(lower(d.title), asked.surface) > 0 then 1 else ${outsideTitle}::real end as part
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
      select d.id, d.published_at, d.valid_until, 0, 0, 1 from unnest(array[${every}]::tsquery[]) question (query)
      join search_documents d on d.terms @@ question.query
      where numnode(question.query) > 0 and ${condition}
    ), wide as materialized (
      select id, published_at, valid_until, (max(complete) + least(greatest(max(share), max(likeness) * 0.8), 0.99))::real / 2 as score
      from matched group by id, published_at, valid_until
    )`;
}

type Condition = (wanted: never) => SQL;

/** One condition for each filter. */
const conditionFor = {
  technologyField: (codes: readonly string[]) =>
    sql`exists (select 1 from unnest(d.technology_fields) field, unnest(${textArray(codes)}) asked where starts_with(field, asked))`,
  industry: (codes: readonly string[]) => sql`d.industries && ${textArray(codes)}`,
  cooperationMode: (codes: readonly string[]) => sql`d.cooperation_modes && ${textArray(codes)}`,
  regionCode: (codes: readonly string[]) =>
    sql`exists (select 1 from unnest(${textArray(codes.map(regionPrefix))}) asked where starts_with(d.region_code, asked))`,
  minTrl: (level: number) => sql`d.trl >= ${level}`,
  maxTrl: (level: number) => sql`d.trl <= ${level}`,
  moneyBand: (bands: readonly string[]) => sql`d.money_band = any (${textArray(bands)})`,
  activityType: (types: readonly string[]) => sql`d.activity_type = any (${textArray(types)})`,
  stage: (stages: readonly string[]) => sql`d.stage = any (${textArray(stages)})`,
  iprKind: (kinds: readonly string[]) => sql`d.ipr_kinds && ${textArray(kinds)}`,
  language: (language: string) => sql`d.language = ${language}`,
  publishedAfter: (at: Date) => sql`d.published_at >= ${at.toISOString()}::timestamptz`,
  validAt: (at: Date) => sql`(d.valid_until is null or d.valid_until >= ${at.toISOString()}::timestamptz)`,
} satisfies { [name in keyof Required<SearchFilters>]: (wanted: NonNullable<SearchFilters[name]>) => SQL };

function filterConditions(filters: SearchFilters): Map<string, SQL> {
  return new Map(
    Object.entries(filters).map(([name, wanted]) => [
      name,
      (conditionFor[name as keyof SearchFilters] as Condition)(wanted as never),
    ]),
  );
}

function allOf(kind: SearchKind, conditions: ReadonlyMap<string, SQL>, isWanted: (name: string) => boolean): SQL {
  const wanted = [...conditions].filter(([name]) => isWanted(name)).map(([, condition]) => condition);
  return sql.join([sql`d.kind = ${kind}`, ...wanted], sql` and `);
}

function textArray(values: readonly string[]): SQL {
  return sql`array[${sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  )}]::text[]`;
}

/** The codes of one group of documents that share their columns; a document counts for its codes and for those above them. */
const facetCodes: Record<SearchFacet, { columns: SQL; codes: SQL }> = {
  technologyField: {
    columns: sql`technology_fields`,
    codes: sql`select unnest(technology_fields) union select left(unnest(technology_fields), 1)`,
  },
  industry: { columns: sql`industries`, codes: sql`select distinct unnest(industries)` },
  cooperationMode: { columns: sql`cooperation_modes`, codes: sql`select distinct unnest(cooperation_modes)` },
  trl: { columns: sql`trl`, codes: sql`select trl::text where trl is not null` },
  moneyBand: { columns: sql`money_band`, codes: sql`select money_band where money_band is not null` },
  activityType: { columns: sql`activity_type`, codes: sql`select activity_type where activity_type is not null` },
  stage: { columns: sql`stage`, codes: sql`select stage where stage is not null` },
  iprKind: { columns: sql`ipr_kinds`, codes: sql`select unnest(ipr_kinds)` },
  region: {
    columns: sql`region_code`,
    codes: sql`select region_code union select left(region_code, 4) || '00' union select left(region_code, 2) || '0000'`,
  },
};

/** Grouped first: among many documents there are few combinations of codes. */
function countsOf(facet: SearchFacet): SQL {
  const { columns, codes } = facetCodes[facet];
  return sql`(select coalesce(json_object_agg(code, documents order by code), '{}') from (
    select code, sum(alike)::int as documents
    from (select ${columns}, count(*) as alike from ${sql.raw(`faceted_${facet}`)} group by 1) grouped, lateral (${codes}) codes (code)
    group by code) counted)`;
}
