import { beforeAll, describe, expect, it } from 'vitest';
import { loadDictionary, loadTransliterations } from '../../db/seed/dictionary.ts';
import { createDictionary } from '../../src/matching/engine/dictionary.ts';
import { createEngine } from '../../src/matching/engine/engine.ts';
import { createSpeller } from '../../src/matching/engine/transliteration.ts';
import { rankResults } from '../../src/matching/rank.ts';
import { resultText } from '../../src/matching/record-text.ts';
import { createTextMatcher } from '../../src/matching/text-match.ts';
import { noFacts } from '../../src/matching/types.ts';
import { type KnownPair, loadSample } from './sample-records.ts';

const { demands, results, pairs } = loadSample();
const now = new Date('2026-11-20T00:00:00Z');

/** Which pairs have the right result in the first place. */
type FirstPlaces = { pipeline: KnownPair[]; titlesOnly: KnownPair[] };
let first: FirstPlaces;

function findFirstPlaces(): FirstPlaces {
  const engine = createEngine({
    dictionary: createDictionary(loadDictionary(), createSpeller(loadTransliterations())),
  });
  const titleEngine = createEngine();
  for (const result of results) {
    engine.upsert({ id: result.id, fields: resultText(result).fields });
    titleEngine.upsert({ id: result.id, fields: { title: result.title, keywords: '', body: '' } });
  }
  const context = { text: createTextMatcher(engine), facts: noFacts, now };
  const demandById = new Map(demands.map((demand) => [demand.id, demand]));
  const places: FirstPlaces = { pipeline: [], titlesOnly: [] };
  for (const pair of pairs) {
    const demand = demandById.get(pair.demand);
    if (demand === undefined) {
      throw new Error(`The pair names a demand that is not there: ${pair.demand}`);
    }
    const [best] = rankResults(demand, results, context).matches;
    if (best?.resultId === pair.result) {
      places.pipeline.push(pair);
    }
    const [byTitle] = titleEngine.search({ title: demand.title, keywords: '', body: '' }, { limit: 1 });
    if (byTitle?.id === pair.result) {
      places.titlesOnly.push(pair);
    }
  }
  return places;
}

describe('the known right pairs of the sample data', () => {
  beforeAll(() => {
    first = findFirstPlaces();
    const crossLanguage = first.pipeline.filter((pair) => pair.crossLanguage).length;
    console.info(
      `right result first: ${first.pipeline.length} of ${pairs.length} pairs by the pipeline (${crossLanguage} across languages), ` +
        `${first.titlesOnly.length} by BM25 over titles alone`,
    );
  }, 60_000);

  it('are enough, and enough of them cross the languages', () => {
    expect(demands.length).toBeGreaterThanOrEqual(60);
    expect(results.length).toBeGreaterThanOrEqual(150);
    expect(pairs.length).toBeGreaterThanOrEqual(40);
    expect(pairs.filter(({ crossLanguage }) => crossLanguage).length).toBeGreaterThanOrEqual(10);
  });

  it('name records that are there', () => {
    const ids = new Set([...demands, ...results].map(({ id }) => id));
    expect(pairs.flatMap(({ demand, result }) => [demand, result]).filter((id) => !ids.has(id))).toEqual([]);
  });

  it('are mostly not found by BM25 over the titles alone', () => {
    expect(first.titlesOnly.length).toBeLessThanOrEqual(15);
  });

  it('have the right result first for at least three in four', () => {
    expect(first.pipeline.length / pairs.length).toBeGreaterThanOrEqual(0.75);
  });
});

describe('the sample', () => {
  const needs = demands.filter((demand) => demand.language === 'zh');
  const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

  it('is as long as real Chinese needs are: a title of about 15 characters, a text of about 220', () => {
    const texts = needs.map((need) => [need.summary, need.problem, need.keyTechnology, need.expectedOutcome].join(''));
    expect(Math.abs(median(needs.map((need) => need.title.length)) - 15)).toBeLessThanOrEqual(2);
    expect(Math.abs(median(texts.map((text) => text.length)) - 220)).toBeLessThanOrEqual(25);
  });

  it('has numeric targets in at least a quarter of its demands', () => {
    const measured = demands.filter((demand) => demand.indicators.length > 0);
    expect(measured.length / demands.length).toBeGreaterThanOrEqual(0.25);
  });

  it('covers the eight technology fields on both sides, in both languages', () => {
    for (const records of [demands, results]) {
      expect(new Set(records.flatMap((record) => record.technologyFields.map((code) => code[0]))).size).toBe(8);
      expect(new Set(records.map((record) => record.language))).toEqual(new Set(['zh', 'en']));
    }
  });
});
