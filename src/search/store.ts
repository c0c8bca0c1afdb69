import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import { searchDocuments } from '../../db/schema/index.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { SearchFacet, SearchFilters, SearchKind, SearchQuery } from '../core/search-index.ts';
import type { Db } from '../core/transaction.ts';

export type SearchDocumentRow = typeof searchDocuments.$inferInsert;

/** Which documents a question matches, in the adapter's own terms. */
export type Matching =
  | { by: 'nothing' }
  | { by: 'all'; allTerms: string; anyTerm: string }
  /** `similarTo` also matches titles that have something spelt like it. */
  | { by: 'any'; allTerms: string; anyTerm: string; distinctive: string; similarTo: string };

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

/** Weights of body (C), keywords (B) and title (A): two terms in the body outweigh one in the title. */
const fieldWeights = sql.raw(`'{0.1,0.6,0.8,1}'::real[]`);

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
          terms: sql`excluded.terms`,
          technologyFields: sql`excluded.technology_fields`,
          industries: sql`excluded.industries`,
          cooperationModes: sql`excluded.cooperation_modes`,
          regionCode: sql`excluded.region_code`,
          trl: sql`excluded.trl`,
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

/** The share of documents that have each of the commonest terms, as PostgreSQL last sampled it; empty before the first ANALYZE. */
export async function commonTerms(db: Db): Promise<Map<string, number>> {
  const { rows } = await db.execute<{ term: string; share: number }>(sql`
    select common.term, common.share from pg_stats,
      unnest(most_common_elems::text::text[], most_common_elem_freqs) as common(term, share)
    where schemaname = 'public' and tablename = 'search_documents' and attname = 'terms' and common.term is not null`);
  return new Map(rows.map(({ term, share }) => [term, share]));
}

export async function findDocuments(db: Db, query: SearchQuery, matching: Matching): Promise<Found> {
  if (matching.by !== 'any') return await runFind(db, query, matching);
  return await db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('pg_trgm.word_similarity_threshold', ${String(likeness)}, true)`);
    return await runFind(tx, query, matching);
  });
}

async function runFind(db: Db, query: SearchQuery, matching: Matching): Promise<Found> {
  const { kind, filters, facets, sort, offset, limit, highlight } = query;
  const byScore = matching.by !== 'nothing' && sort === 'relevance';
  const order = byScore ? sql`score desc, published_at desc, id desc` : sql`published_at desc, id desc`;
  // Without a question the page comes from an index, and every part is planned by itself.
  const kept = matching.by === 'nothing' ? sql`not materialized` : sql`materialized`;
  const texts = highlight ? sql`d.title, d.body` : sql`'' as title, '' as body`;
  const { rows } = await db.execute<{ total: number; documents: FoundDocument[]; facets: Found['facets'] }>(sql`
    with hit as ${kept} (
      select id, published_at, technology_fields, cooperation_modes, region_code, ${scoreOf(matching)} as score
      from search_documents d where ${and(sql`d.kind = ${kind}`, conditionOf(matching), ...filterConditions(filters))}
    ), page as (
      select id, score, row_number() over (order by ${order}) as place from hit order by ${order} offset ${offset} limit ${limit}
    ), shown as (
      select page.id, page.score, page.place, ${texts} from page join search_documents d on d.kind = ${kind} and d.id = page.id
    )
    select
      (select count(*)::int from hit) as total,
      (select coalesce(json_agg(shown order by shown.place), '[]') from shown) as documents,
      json_build_object(${sql.join(
        facets.flatMap((facet) => [sql.raw(`'${facet}'`), facetCounts[facet]]),
        sql`, `,
      )}) as facets`);
  return rows[0] ?? { total: 0, documents: [], facets: {} };
}

function conditionOf(matching: Matching): SQL | undefined {
  if (matching.by === 'nothing') return undefined;
  if (matching.by === 'all') return sql`d.terms @@ ${matching.allTerms}::tsquery`;
  return sql`(d.terms @@ ${matching.distinctive}::tsquery or d.title %> ${matching.similarTo})`;
}

/** 0–1. Documents with all terms are above one half, all others below. */
function scoreOf(matching: Matching): SQL {
  if (matching.by === 'nothing') return sql`0::real`;
  if (matching.by === 'all') return sql`0.5 + least(${rankBy(matching.anyTerm)}, 1) / 2`;
  return sql`case when d.terms @@ ${matching.allTerms}::tsquery then 0.5 else 0 end
    + least(greatest(${rankBy(matching.anyTerm)} * 0.4 + ${rankBy(matching.distinctive)} * 0.6,
        word_similarity(${matching.similarTo}, d.title) * 0.8), 0.99) / 2`;
}

/** The weighted share of the terms that a document has; 1.645 (π²/6) undoes the scale of `ts_rank`. */
function rankBy(terms: string): SQL {
  return sql`ts_rank(${fieldWeights}, d.terms, ${terms}::tsquery) * 1.645`;
}

function filterConditions({
  technologyField,
  industry,
  cooperationMode,
  regionCode,
  minTrl,
}: SearchFilters): (SQL | undefined)[] {
  return [
    technologyField === undefined
      ? undefined
      : sql`exists (select 1 from unnest(d.technology_fields) field where starts_with(field, ${technologyField}))`,
    industry === undefined ? undefined : sql`${industry} = any (d.industries)`,
    cooperationMode === undefined ? undefined : sql`${cooperationMode} = any (d.cooperation_modes)`,
    regionCode === undefined ? undefined : sql`starts_with(d.region_code, ${regionPrefix(regionCode)})`,
    minTrl === undefined ? undefined : sql`d.trl >= ${minTrl}`,
  ];
}

/** A document counts once for each of its codes and once for each code above them. */
const facetCounts: Record<SearchFacet, SQL> = {
  technologyField: countsOf(sql`select unnest(technology_fields) union select left(unnest(technology_fields), 1)`),
  cooperationMode: countsOf(sql`select distinct unnest(cooperation_modes)`),
  region: countsOf(
    sql`select region_code union select left(region_code, 4) || '00' union select left(region_code, 2) || '0000'`,
  ),
};

function countsOf(codes: SQL): SQL {
  return sql`(select coalesce(json_object_agg(code, documents order by code), '{}') from (
    select code, count(*)::int as documents from hit, lateral (${codes}) codes(code) group by code) counted)`;
}
