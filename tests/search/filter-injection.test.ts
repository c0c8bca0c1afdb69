import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SearchFilters } from '../../src/core/search-index.ts';
import { meilisearchUnderTest } from './meilisearch.ts';
import { ask, documentWith } from './samples.ts';

const hostile = [
  '" OR id EXISTS OR stage = "',
  '"] OR id EXISTS OR stage IN ["',
  "' OR id EXISTS OR stage = '",
  '\\" OR id EXISTS OR stage = \\"',
  '\\\\" OR id EXISTS OR stage = "',
  '\\',
  '\\\\',
  '\\"',
  '"',
  '\\x22] OR id EXISTS OR stage IN [\\x22',
  '\\u{22}] OR id EXISTS OR stage IN [\\u{22}',
  'pilot\u0000',
  'pilot\n" OR id EXISTS',
  '\u0007\u001b\u007f\u2028',
  '\ud800',
  '*',
  '',
  'TO',
  'NOT EXISTS',
  '_geoRadius(0,0,1)',
  `${'('.repeat(200)}id EXISTS${')'.repeat(200)}`,
  `${'NOT '.repeat(200)}id EXISTS`,
  'x'.repeat(100_000),
];

const lists = [
  'technologyField',
  'industry',
  'cooperationMode',
  'regionCode',
  'moneyBand',
  'activityType',
  'stage',
  'iprKind',
] as const satisfies readonly (keyof SearchFilters)[];

describe('filters that try to be more than values', () => {
  let under: Awaited<ReturnType<typeof meilisearchUnderTest>>;
  const pilot = documentWith({ kind: 'result', title: '中试', stage: 'pilot', iprKinds: ['invention'] });
  const lab = documentWith({ kind: 'result', title: '小试', stage: 'lab', iprKinds: ['design'] });

  beforeAll(async () => {
    under = await meilisearchUnderTest();
    await under.index.ensureIndexes();
    await under.index.upsert([pilot, lab]);
  });

  afterAll(async () => {
    await under?.close();
  });

  async function totalUnder(filters: SearchFilters): Promise<number> {
    return (await under.index.search(ask('', { kind: 'result', filters }))).total;
  }

  it.each(hostile.map((value) => [value.slice(0, 40), value]))('find nothing by %j', async (_beginning, value) => {
    for (const name of lists) expect(await totalUnder({ [name]: [value] }), name).toBe(0);
    expect(await totalUnder({ language: value })).toBe(0);
  });

  it('do not widen the value that stands beside them', async () => {
    for (const value of hostile) expect(await totalUnder({ stage: [value, 'pilot', value] }), value).toBe(1);
  });

  it('find nothing by any text that is no code of theirs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), async (value) => {
        fc.pre(!/^\s*(pilot|lab)\s*$/i.test(value));
        expect(await totalUnder({ stage: [value] })).toBe(0);
        expect(await totalUnder({ stage: ['lab'], iprKind: [value] })).toBe(0);
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
