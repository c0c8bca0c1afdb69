import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuseRankedLists } from '../../../src/matching/fuse.ts';
import { KeptRecords } from '../../../src/matching/kept-records.ts';
import { keepAbove, rankDemands, rankPair, rankResults } from '../../../src/matching/rank.ts';
import { bestScore, sumOfPoints } from '../../../src/matching/score.ts';
import { features, type MatchDemand, type MatchResult } from '../../../src/matching/types.ts';
import { defaultWeights } from '../../../src/matching/weights.ts';
import { contextOf, demandOf, otherResults, resultOf } from './records.ts';

const context = contextOf();

function scoreOf(demand: MatchDemand, result: MatchResult): number {
  return rankPair(demand, result, context)?.score ?? Number.NaN;
}

const phraseArbitrary = fc
  .array(fc.constantFrom('膜电解', '高纯铟', 'indium', 'solid waste', '葡萄', '6N', '抗拉强度', '🙂', '\ud800'), {
    maxLength: 8,
  })
  .map((parts) => parts.join(' '));
const modesArbitrary = fc.subarray(['transfer', 'licence', 'joint_development', 'other']);
const demandArbitrary = fc
  .record({
    title: phraseArbitrary,
    summary: phraseArbitrary,
    problem: fc.option(phraseArbitrary),
    keywords: fc.array(phraseArbitrary, { maxLength: 8 }),
    technologyFields: fc.subarray(['401', '402', '101']),
    cooperationModes: modesArbitrary,
    targetTrl: fc.option(fc.integer({ min: 1, max: 9 })),
    budgetBand: fc.option(fc.constantFrom('under_100k', '1m_5m', 'negotiable')),
    budgetNegotiable: fc.boolean(),
  })
  .map(demandOf);
const resultArbitrary = fc
  .record({
    title: phraseArbitrary,
    summary: phraseArbitrary,
    keywords: fc.array(phraseArbitrary, { maxLength: 8 }),
    technologyFields: fc.subarray(['401', '402', '101']),
    cooperationModes: modesArbitrary,
    trl: fc.option(fc.integer({ min: 1, max: 9 })),
    publishedAt: fc.option(fc.date({ min: new Date('2020-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })),
  })
  .map(resultOf);

describe('the score of a pair', () => {
  it('stays above what is kept when fifty records of a young platform share its wording', () => {
    const copies = Array.from({ length: 50 }, (_, at) => resultOf({ id: `r-copy-${at}` }));
    const ranked = rankPair(demandOf(), resultOf(), contextOf([resultOf(), ...copies]));
    expect(ranked?.score).toBeGreaterThan(40);
  });

  it('is the sum of its contributions and lies between 0 and 100, whatever the pair', () => {
    fc.assert(
      fc.property(demandArbitrary, resultArbitrary, (demand, result) => {
        const ranked = rankPair(demand, result, context);
        fc.pre(ranked !== null);
        expect(sumOfPoints(ranked.contributions)).toBe(ranked.score);
        expect(ranked.contributions.reduce((sum, { points }) => sum + points, 0)).toBeCloseTo(ranked.score, 8);
        expect(ranked.score).toBeGreaterThanOrEqual(0);
        expect(ranked.score).toBeLessThanOrEqual(100);
        for (const { value, weight, points } of ranked.contributions) {
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
          expect(Math.abs(points - value * weight)).toBeLessThan(0.005_000_1);
        }
      }),
    );
  });

  it('decides what is kept also where most of a pair is never looked at', () => {
    fc.assert(
      fc.property(demandArbitrary, fc.array(resultArbitrary, { maxLength: 8 }), (demand, drawn) => {
        const results = [...otherResults, ...drawn].map((result, at) => ({ ...result, id: `r-${at}` }));
        const whole = results.map((result) => rankPair(demand, result, context)).filter((pair) => pair !== null);
        const { matches, nearMisses } = rankResults(demand, results, context);
        const kept = [...matches, ...nearMisses].toSorted((a, b) => (a.resultId < b.resultId ? -1 : 1));
        expect(kept).toEqual(
          whole.filter(({ score }) => score > keepAbove).toSorted((a, b) => (a.resultId < b.resultId ? -1 : 1)),
        );
      }),
    );
  });

  it('is never above the best that its texts allow', () => {
    const near: MatchDemand = demandOf({ targetTrl: 3, budgetNegotiable: true });
    fc.assert(
      fc.property(fc.oneof(fc.constant(near), demandArbitrary), resultArbitrary, (demand, result) => {
        const { relevance, keywordOverlap } = context.text.match(demand, result);
        const reached = scoreOf(demand, result);
        fc.pre(!Number.isNaN(reached));
        const best = bestScore(relevance, keywordOverlap(), defaultWeights);
        expect(reached).toBeLessThanOrEqual(best);
        expect(best).toBeLessThanOrEqual(bestScore(relevance, 1, defaultWeights));
      }),
    );
  });

  it('has every feature exactly once and names its model', () => {
    const ranked = rankPair(demandOf(), resultOf(), context);
    expect(ranked?.contributions.map(({ feature }) => feature).toSorted()).toEqual([...features].toSorted());
    expect(ranked?.modelVersion).toBe('hand-set-3');
  });

  it('is the same from either side and on every run', () => {
    const [demand, result] = [demandOf(), resultOf()];
    const [fromDemand] = rankResults(demand, [...otherResults, result], context).matches;
    const other = demandOf({
      id: 'd-0',
      title: '葡萄',
      summary: '葡萄',
      problem: null,
      keyTechnology: null,
      keywords: ['葡萄'],
    });
    const [fromResult] = rankDemands(result, [other, demand], context).matches;
    expect(fromResult).toEqual(fromDemand);
    expect(rankPair(demand, result, contextOf())).toEqual(fromDemand);
  });

  it('does not depend on which other candidates are there', () => {
    const alone = rankResults(demandOf(), [resultOf()], context).matches[0];
    const among = rankResults(demandOf(), [...otherResults, resultOf()], context).matches[0];
    expect(among).toEqual(alone);
  });

  it('puts the result about the matter before a nearer, cheaper, riper one about something else', () => {
    const right = resultOf({ trl: 5, regionCode: '110100', priceBand: null, technologyFields: ['101'], iprCount: 0 });
    const [, wine] = otherResults;
    const near = { ...(wine as MatchResult), trl: 9, regionCode: '640300', technologyFields: ['401'] };
    expect(scoreOf(demandOf(), right)).toBeGreaterThan(scoreOf(demandOf(), near));
  });

  it('scores a result in the other language that says the same above the threshold', () => {
    const english = resultOf({
      title: 'High purity indium by membrane electrolysis',
      summary: 'Indium is recovered from solid waste by membrane electrolysis.',
      description: null,
      keywords: ['indium', 'membrane electrolysis'],
      language: 'en',
    });
    const ranked = rankPair(demandOf(), english, contextOf([english, ...otherResults]));
    expect(ranked?.score).toBeGreaterThan(keepAbove);
    const cross = ranked?.contributions.find(({ feature }) => feature === 'crossLanguageRelevance');
    expect(cross?.points).toBeGreaterThan(0);
  });

  it('counts what is not stated neither way', () => {
    const silent = rankPair(demandOf({ targetTrl: null }), resultOf(), context);
    expect(silent?.contributions.find(({ feature }) => feature === 'trl')).toMatchObject({ value: 0.5, stated: false });
    const met = scoreOf(demandOf({ targetTrl: 6 }), resultOf({ trl: 6 }));
    const below = scoreOf(demandOf({ targetTrl: 6 }), resultOf({ trl: 5 }));
    expect(met).toBeGreaterThan(silent?.score ?? 100);
    expect(below).toBeLessThan(met);
  });

  it('does not show how an anonymous owner has answered', () => {
    const answered = { answerRecords: new Map([['enterprise-1', { asked: 10, answered: 10 }]]) };
    const withRecord = contextOf(undefined, answered);
    const anonymous = demandOf({ anonymous: true });
    expect(rankPair(anonymous, resultOf(), withRecord)).toEqual(rankPair(anonymous, resultOf(), context));
    expect(rankPair(demandOf(), resultOf(), withRecord)?.score).not.toBe(scoreOf(demandOf(), resultOf()));
  });
});

describe('a ranking', () => {
  it('keeps the best fifty and orders equal scores by id', () => {
    const many = Array.from({ length: 60 }, (_, i) => resultOf({ id: `r-${String(60 - i).padStart(2, '0')}` }));
    const { matches } = rankResults(demandOf(), many, context);
    expect(matches).toHaveLength(50);
    expect(matches.map(({ resultId }) => resultId)).toEqual(
      Array.from({ length: 50 }, (_, i) => `r-${String(i + 1).padStart(2, '0')}`),
    );
  });

  it('drops what has little in common and keeps near misses apart', () => {
    const tooEarly = resultOf({ id: 'r-early', trl: 3 });
    const { matches, nearMisses } = rankResults(demandOf(), [resultOf(), tooEarly, ...otherResults], context);
    expect(matches.map(({ resultId }) => resultId)).toEqual(['r-1']);
    expect(nearMisses.map(({ resultId, nearMiss }) => [resultId, nearMiss?.gate])).toEqual([
      ['r-early', 'TRL_TOO_LOW'],
    ]);
  });

  it('survives records without any text', () => {
    const empty = demandOf({ title: '', summary: '', problem: null, keyTechnology: null, keywords: [] });
    expect(rankResults(empty, [resultOf()], context)).toEqual({ matches: [], nearMisses: [] });
  });
});

describe('fusing ranked lists', () => {
  it('puts first what several lists agree on, ties by id', () => {
    expect(fuseRankedLists([['a', 'b', 'c'], ['b', 'd'], []], 10)).toEqual(['b', 'a', 'd', 'c']);
    expect(fuseRankedLists([['z'], ['y']], 10)).toEqual(['y', 'z']);
  });

  it('counts a repeated id once and obeys the limit', () => {
    expect(fuseRankedLists([['a', 'a', 'a'], ['b'], ['b']], 1)).toEqual(['b']);
  });
});

describe('records that are kept', () => {
  const first = resultOf({ revision: 1 });
  const lengthOfFirst = first.title.length + first.summary.length + (first.description ?? '').length;

  it('are known by their revision, and asked for where they are not', () => {
    const kept = new KeptRecords<MatchResult>(10_000);
    const key = { id: first.id, revision: 1 };
    expect(kept.gather([], [key])).toEqual({ records: [], missing: [first.id] });
    expect(kept.gather([first], []).records[0]).toBe(first);
    expect(kept.gather([], [key])).toEqual({ records: [first], missing: [] });
    expect(kept.gather([{ ...first }], []).records[0]).toBe(first);
    expect(kept.gather([], [{ ...key, revision: 2 }]).missing).toEqual([first.id]);
    kept.gather([resultOf({ id: 'r-nobodys' })], []);
    expect(kept.gather([], [{ id: 'r-nobodys', revision: 0 }]).missing).toEqual(['r-nobodys']);
  });

  it('give way, those first that were asked for longest ago', () => {
    const kept = new KeptRecords<MatchResult>(2 * lengthOfFirst);
    kept.gather([first, { ...first, id: 'r-2' }], []);
    kept.gather([], [{ id: first.id, revision: 1 }]);
    kept.gather([{ ...first, id: 'r-3' }], []);
    const known = [first.id, 'r-2', 'r-3'].map((id) => ({ id, revision: 1 }));
    expect(kept.gather([], known).missing).toEqual(['r-2']);
  });
});
