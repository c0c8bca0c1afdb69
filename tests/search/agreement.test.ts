import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDatabase, createPool } from '../../db/client.ts';
import { moneyBands } from '../../src/core/money.ts';
import {
  type SearchDocument,
  type SearchFilters,
  type SearchIndex,
  type SearchKind,
  searchFacets,
} from '../../src/core/search-index.ts';
import { analyse } from '../../src/matching/engine/analysis.ts';
import { createPostgresSearch } from '../../src/search/postgres.ts';
import { createTestDatabase } from '../setup/database.ts';
import { meilisearchUnderTest } from './meilisearch.ts';
import { ask, documentWith } from './samples.ts';

const fields = ['101', '102', '402', '403', '7'];
const industries = ['C', '14', '32', 'D', '46'];
const modes = ['licence', 'transfer', 'joint_development'];
const regions = ['640000', '640300', '640302', '320500', '110101'];
const activities = ['basic_research', 'applied_research'];
const stages = ['lab', 'pilot', 'product'];
const kinds = ['invention', 'design', 'trade_secret'];
const days = [1, 2, 3, 4, 5].map((day) => new Date(Date.UTC(2026, 5, day)));
/** Unlike each other, so that neither a typing mistake nor a part leads from one to another. */
const words = ['石墨烯', 'ultrasound', '发酵罐'];

const some = (codes: string[]) => fc.subarray(codes);
const one = <T>(...values: T[]) => fc.constantFrom(...values);

const documentOf = (kind: SearchKind): fc.Arbitrary<SearchDocument> =>
  fc
    .record({
      title: one(...words),
      language: one('zh', 'en'),
      technologyFields: some(fields),
      industries: some(industries),
      cooperationModes: some(modes),
      regionCode: one(...regions),
      trl: fc.option(fc.integer({ min: 1, max: 9 })),
      moneyBand: fc.option(one(...moneyBands)),
      activityType: kind === 'demand' ? fc.option(one(...activities)) : fc.constant(null),
      stage: kind === 'result' ? fc.option(one(...stages)) : fc.constant(null),
      iprKinds: kind === 'result' ? some(kinds) : fc.constant([]),
      publishedAt: one(...days),
      validUntil: fc.option(one(...days)),
    })
    .map((parts) => documentWith({ kind, ...parts }));

const anyOf = (codes: readonly string[]) =>
  fc.subarray([...codes], { minLength: 1, maxLength: Math.min(3, codes.length) });

const filters = fc.record(
  {
    technologyField: anyOf([...fields, '1', '4', '8']),
    industry: anyOf([...industries, 'A']),
    cooperationMode: anyOf(modes),
    regionCode: anyOf([...regions, '640200', '110000']),
    minTrl: fc.integer({ min: 1, max: 9 }),
    maxTrl: fc.integer({ min: 1, max: 9 }),
    moneyBand: fc.subarray([...moneyBands], { minLength: 1, maxLength: 3 }),
    activityType: anyOf(activities),
    stage: anyOf(stages),
    iprKind: anyOf(kinds),
    language: one('zh', 'en'),
    publishedAfter: one(...days),
    validAt: one(...days),
  } satisfies { [name in keyof Required<SearchFilters>]: fc.Arbitrary<unknown> },
  { requiredKeys: [] },
) as fc.Arbitrary<SearchFilters>;

/** Mostly few filters: many together find nothing. */
const fewFilters = fc
  .tuple(filters, fc.subarray(['technologyField', 'regionCode', 'minTrl', 'stage', 'validAt', 'language', 'industry']))
  .map(([all, kept]) => Object.fromEntries(Object.entries(all).filter(([name]) => kept.includes(name))));

const queries = fc.record({
  kind: one<SearchKind>('demand', 'result'),
  q: one('', '', ...words),
  filters: fc.oneof(fewFilters, fewFilters, filters),
  facets: fc.subarray([...searchFacets]),
});

describe('PostgreSQL and Meilisearch', () => {
  let meilisearch: Awaited<ReturnType<typeof meilisearchUnderTest>>;
  let postgres: SearchIndex;
  let closePostgres: () => Promise<void>;

  beforeAll(async () => {
    const database = await createTestDatabase();
    const pool = createPool(database.url, () => undefined);
    postgres = createPostgresSearch(createDatabase(pool), analyse);
    closePostgres = async () => {
      await pool.end();
      await database.drop();
    };
    meilisearch = await meilisearchUnderTest();
    const documents = (['demand', 'result'] as const).flatMap((kind) =>
      fc.sample(documentOf(kind), { seed: 20261122, numRuns: 80 }),
    );
    for (const index of [postgres, meilisearch.index]) {
      await index.ensureIndexes();
      await index.upsert(documents);
    }
  });

  afterAll(async () => {
    await meilisearch?.close();
    await closePostgres?.();
  });

  it('find the same documents and count the same facets under 200 random questions', { timeout: 120_000 }, async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(queries, async ({ kind, q, filters: wanted, facets }) => {
        const query = ask(q, { kind, filters: wanted, facets, limit: 200 });
        const [ours, theirs] = await Promise.all([postgres.search(query), meilisearch.index.search(query)]);
        const idsOf = (answer: typeof ours) => answer.hits.map(({ id }) => id).sort();
        expect(idsOf(theirs)).toEqual(idsOf(ours));
        expect(theirs.total).toBe(ours.total);
        expect(theirs.facets).toEqual(ours.facets);
        if (ours.total > 0) found += 1;
      }),
      { seed: 20261122, numRuns: 200 },
    );
    // Otherwise two indexes that find nothing would agree as well.
    expect(found).toBeGreaterThan(80);
  });
});
