import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadDictionary, loadTransliterations } from '../../db/seed/dictionary.ts';
import { createDictionary } from '../../src/matching/engine/dictionary.ts';
import { createEngine } from '../../src/matching/engine/engine.ts';
import { createSpeller } from '../../src/matching/engine/transliteration.ts';
import { keepAbove, rankPair } from '../../src/matching/rank.ts';
import { resultText } from '../../src/matching/record-text.ts';
import { createTextMatcher } from '../../src/matching/text-match.ts';
import { type MatchDemand, noFacts } from '../../src/matching/types.ts';
import { loadSample } from './sample-records.ts';

type Words = Pick<MatchDemand, 'title' | 'summary' | 'keywords' | 'technologyFields'> &
  Partial<Pick<MatchDemand, 'problem' | 'keyTechnology' | 'expectedOutcome' | 'indicators'>>;
/** One need twice, as the enterprise wrote it and as it reads after a diagnosis, with the result that would solve it. */
type VagueNeed = Pick<MatchDemand, 'id' | 'language' | 'industry' | 'regionCode' | 'cooperationModes'> & {
  result: string;
  vague: Words;
  refined: Words;
};
/**
 * Places of the right result, by two counts. `offered`: in the list that the market gets, one past its end where it is not
 * in it. `byScore`: among all results, those included that score too low to be offered or miss one condition; of equals the first.
 */
type Places = { offered: number; byScore: number };
type Ranks = { before: Places; after: Places };

const file = new URL('./fixtures/vague-needs.json', import.meta.url);
const needs = JSON.parse(readFileSync(file, 'utf8')) as VagueNeed[];
const { results } = loadSample();
const now = new Date('2026-11-22T00:00:00Z');

function rankAll(): Ranks[] {
  const engine = createEngine({
    dictionary: createDictionary(loadDictionary(), createSpeller(loadTransliterations())),
  });
  for (const result of results) engine.upsert({ id: result.id, fields: resultText(result).fields });
  const context = { text: createTextMatcher(engine), facts: noFacts, now };
  const place = (need: VagueNeed, words: Words): Places => {
    const demand = toDemand(need, words);
    const pairs = results.map((result) => rankPair(demand, result, context)).filter((pair) => pair !== null);
    const own = pairs.find(({ resultId }) => resultId === need.result)?.score ?? 0;
    const offered = pairs
      .filter(({ score, nearMiss }) => score > keepAbove && nearMiss === null)
      .toSorted((a, b) => b.score - a.score || (a.resultId < b.resultId ? -1 : 1))
      .findIndex(({ resultId }) => resultId === need.result);
    return {
      offered: offered < 0 ? results.length + 1 : offered + 1,
      byScore: 1 + pairs.filter(({ score }) => score > own).length,
    };
  };
  return needs.map((need) => ({ before: place(need, need.vague), after: place(need, need.refined) }));
}

function toDemand(need: VagueNeed, words: Words): MatchDemand {
  const { result: _result, vague: _vague, refined: _refined, ...shared } = need;
  return {
    problem: null,
    keyTechnology: null,
    expectedOutcome: null,
    indicators: [],
    alreadyTried: null,
    notAcceptable: null,
    targetTrl: null,
    exclusivity: null,
    anonymous: false,
    budgetBand: null,
    budgetNegotiable: true,
    version: 1,
    organizationId: 'the-enterprise',
    validUntil: null,
    publishedAt: null,
    ...shared,
    ...words,
  };
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

/** "median 30 -> 1, better 38, no room 1, worse 0, first 1 -> 39" */
function summary(ranks: Ranks[], count: keyof Places): string {
  const pairs = ranks.map(({ before, after }) => [before[count], after[count]] as const);
  const holding = (holds: (before: number, after: number) => boolean) =>
    pairs.filter(([before, after]) => holds(before, after)).length;
  return (
    `median ${median(pairs.map(([before]) => before))} -> ${median(pairs.map(([, after]) => after))}, ` +
    `better ${holding((before, after) => after < before)}, no room ${holding((before) => before === 1)}, ` +
    `worse ${holding((before, after) => after > before)}, ` +
    `first ${holding((before) => before === 1)} -> ${holding((_, after) => after === 1)}`
  );
}

function better(ranks: Ranks[], count: keyof Places): number {
  return ranks.filter(({ before, after }) => after[count] < before[count]).length;
}

describe('needs written vaguely and rewritten by a diagnosis', () => {
  let ranks: Ranks[];

  beforeAll(() => {
    ranks = rankAll();
    const absent = (side: 'before' | 'after') => ranks.filter((rank) => rank[side].offered > results.length).length;
    console.info(
      `right result among ${results.length}, of ${ranks.length} needs: offered ${ranks.length - absent('before')} -> ` +
        `${ranks.length - absent('after')} (${summary(ranks, 'offered')}); by score ${summary(ranks, 'byScore')}`,
    );
  }, 60_000);

  it('are forty, each for another result of the sample, from all eight fields', () => {
    const wanted = new Set(needs.map(({ result }) => result));
    expect(needs).toHaveLength(40);
    expect(wanted.size).toBe(40);
    expect(results.filter(({ id }) => wanted.has(id))).toHaveLength(40);
    expect(new Set(needs.flatMap(({ refined }) => refined.technologyFields.map((code) => code[0]))).size).toBe(8);
  });

  it('are vague: no keyword of the right result stands in the words of the enterprise', () => {
    const keywords = new Map(results.map(({ id, keywords }) => [id, keywords]));
    const told = needs.flatMap(({ id, result, vague }) =>
      (keywords.get(result) ?? [])
        .filter((keyword) => JSON.stringify(vague).toLowerCase().includes(keyword.toLowerCase()))
        .map((keyword) => `${id}: ${keyword}`),
    );
    expect(told).toEqual([]);
  });

  it('have the right result in a better place after the diagnosis, for at least thirty of forty', () => {
    expect(better(ranks, 'offered')).toBeGreaterThanOrEqual(30);
    expect(better(ranks, 'byScore')).toBeGreaterThanOrEqual(30);
  });
});
