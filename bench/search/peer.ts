import type pg from 'pg';
import type {
  SearchAnswer,
  SearchDocument,
  SearchFacet,
  SearchFilters,
  SearchQuery,
} from '../../src/core/search-index.ts';
import { facetFilters } from '../../src/core/search-index.ts';
import { analyse } from '../../src/matching/engine/analysis.ts';

/**
 * PostgreSQL's own full-text search as its manual has it: one table, a `tsvector` with GIN, `ts_rank`, arrays of codes with GIN, and
 * for each facet a GROUP BY of its own. It gets the words that our analysis makes, since its parsers know no Chinese; it knows no
 * typing mistakes, no parts of a question and no single characters. Indexes are built after loading.
 */
export const peerName = 'postgresql full-text';

const arrays = ['technology_fields', 'industries', 'cooperation_modes', 'ipr_kinds'] as const;
const columns = [
  ...['kind', 'id', 'title', 'body', ...arrays, 'region_code', 'trl', 'money_band', 'activity_type', 'stage'],
  ...['language', 'published_at', 'valid_until', 'title_words', 'keyword_words', 'body_words'],
] as const;

export async function createPeer(client: pg.Client): Promise<void> {
  await client.query(`create table peer_documents (kind text, id uuid, title text, body text, technology_fields text[], industries text[],
    cooperation_modes text[], ipr_kinds text[], region_code text, trl int, money_band text, activity_type text, stage text,
    language text, published_at timestamptz, valid_until timestamptz, words tsvector, primary key (kind, id))`);
}

export async function loadPeer(client: pg.Client, documents: readonly SearchDocument[]): Promise<void> {
  const rows = documents.map((document) => [
    ...[document.kind, document.id, document.title, document.body],
    [...new Set(document.technologyFields.flatMap((code) => [code, code.slice(0, 1)]))],
    ...[document.industries, document.cooperationModes, document.iprKinds, document.regionCode, document.trl],
    ...[document.moneyBand, document.activityType, document.stage, document.language],
    ...[document.publishedAt.toISOString(), document.validUntil?.toISOString() ?? null],
    ...[document.title, document.keywords.join('\n'), document.body].map(wordsOf),
  ]);
  const objects = rows.map((row) => Object.fromEntries(columns.map((column, at) => [column, row[at]])));
  await client.query(
    `insert into peer_documents
     select kind, id, title, body, technology_fields, industries, cooperation_modes, ipr_kinds, region_code, trl, money_band,
       activity_type, stage, language, published_at, valid_until,
       setweight(to_tsvector('simple', title_words), 'A') || setweight(to_tsvector('simple', keyword_words), 'B') || to_tsvector('simple', body_words)
     from json_to_recordset($1) r (kind text, id uuid, title text, body text, technology_fields text[], industries text[],
       cooperation_modes text[], ipr_kinds text[], region_code text, trl int, money_band text, activity_type text, stage text,
       language text, published_at timestamptz, valid_until timestamptz, title_words text, keyword_words text, body_words text)`,
    [JSON.stringify(objects)],
  );
}

export async function indexPeer(client: pg.Client): Promise<void> {
  await client.query('create index on peer_documents using gin (words)');
  for (const column of arrays) await client.query(`create index on peer_documents using gin (${column})`);
  await client.query('create index on peer_documents (kind, published_at)');
  await client.query('create index on peer_documents (kind, region_code)');
}

export async function searchPeer(
  client: pg.Client,
  query: SearchQuery,
): Promise<Pick<SearchAnswer, 'total' | 'facets'>> {
  const words = wordsOf(query.q);
  const { conditions, values } = conditionsOf(query, words);
  const all = conditions.map(({ text }) => text).join(' and ');
  const order = words === '' ? '' : `ts_rank(words, plainto_tsquery('simple', $2)) desc, `;
  await client.query(
    `select id, title, body from peer_documents where ${all} order by ${order}published_at desc limit ${query.limit} offset ${query.offset}`,
    values,
  );
  const { rows } = await client.query<{ total: number }>(
    `select count(*)::int as total from peer_documents where ${all}`,
    values,
  );
  const facets: SearchAnswer['facets'] = {};
  for (const facet of query.facets) {
    const own: readonly string[] = facetFilters[facet];
    // A parameter that is not used any more must still be named.
    const others = conditions.map(({ name, text }) => (own.includes(name) ? `(${text} or true)` : text)).join(' and ');
    const counted = await client.query<{ code: string | null; count: number }>(
      `select ${facetCodes[facet]} as code, count(*)::int as count from peer_documents where ${others} group by 1`,
      values,
    );
    facets[facet] = Object.fromEntries(
      counted.rows.flatMap(({ code, count }) => (code === null ? [] : [[code, count]])),
    );
  }
  return { total: rows[0]?.total ?? 0, facets };
}

const facetCodes: Record<SearchFacet, string> = {
  technologyField: 'unnest(technology_fields)',
  industry: 'unnest(industries)',
  cooperationMode: 'unnest(cooperation_modes)',
  iprKind: 'unnest(ipr_kinds)',
  region: 'region_code',
  trl: 'trl',
  moneyBand: 'money_band',
  activityType: 'activity_type',
  stage: 'stage',
};

const filterConditions: { [name in keyof Required<SearchFilters>]: string } = {
  technologyField: 'technology_fields && ?::text[]',
  industry: 'industries && ?::text[]',
  cooperationMode: 'cooperation_modes && ?::text[]',
  iprKind: 'ipr_kinds && ?::text[]',
  regionCode: 'region_code like any (?::text[])',
  minTrl: 'trl >= ?',
  maxTrl: 'trl <= ?',
  moneyBand: 'money_band = any (?)',
  activityType: 'activity_type = any (?)',
  stage: 'stage = any (?)',
  language: 'language = ?',
  publishedAfter: 'published_at >= ?',
  validAt: '(valid_until is null or valid_until >= ?)',
};

function conditionsOf({ kind, filters }: SearchQuery, words: string) {
  const values: unknown[] = [kind];
  const conditions = [{ name: 'kind', text: 'kind = $1' }];
  if (words !== '') {
    values.push(words);
    conditions.push({ name: 'words', text: "words @@ plainto_tsquery('simple', $2)" });
  }
  for (const [name, wanted] of Object.entries(filters)) {
    values.push(
      name === 'regionCode' ? (wanted as string[]).map((code) => `${code.replace(/(00){1,2}$/, '')}%`) : wanted,
    );
    conditions.push({ name, text: filterConditions[name as keyof SearchFilters].replace('?', `$${values.length}`) });
  }
  return { conditions, values };
}

function wordsOf(text: string): string {
  return analyse(text)
    .tokens.map(({ term }) => term)
    .join(' ');
}
