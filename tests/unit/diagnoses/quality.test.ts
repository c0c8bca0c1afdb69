import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadQualityCues, needElements } from '../../../db/seed/quality-cues.ts';
import { adviceFor, createElementReader, type Need, qualityParts, scoreQuality } from '../../../src/diagnoses/rules.ts';

const cues = loadQualityCues();
const readElements = createElementReader(cues);
const score = (need: Need) => scoreQuality(need, readElements);
const pointsOf = (need: Need) => Object.fromEntries(score(need).parts.map(({ part, points }) => [part, points]));

const whole: Need = {
  title: '含锌浸出渣中铟的膜电解提纯',
  problem: '产线现有流程产品只能到 4N5，回收率低，用于靶材不够。',
  expectedOutcome: '建成中试线，交付成套装置。',
  keyTechnology: '膜电解',
  indicators: [
    { name: '铟纯度', comparator: '>=', value: 99.999, unit: '%' },
    { name: '回收率', comparator: '>=', value: 92, unit: '%' },
  ],
  alreadyTried: '试过两级萃取，杂质下不来。',
  decisionOwner: '总工程师',
  budget: { minCny: 3_000_000 },
};

describe('the quality score', () => {
  it('is 100 for a need that says everything, and 0 for one that says nothing', () => {
    expect(score(whole).score).toBe(100);
    expect(score({ title: '求合作' }).score).toBe(0);
    expect(score({}).parts.map(({ part }) => part)).toEqual([...qualityParts]);
  });

  it('is the sum of its parts, each between 0 and its most', () => {
    for (const need of [whole, { ...whole, indicators: [] }, { title: '车间设备老坏' }]) {
      const { score: sum, parts } = score(need);
      expect(parts.reduce((total, { points }) => total + points, 0)).toBe(sum);
      expect(parts.filter(({ points, maxPoints }) => points < 0 || points > maxPoints)).toEqual([]);
    }
  });

  it.each([
    ['material', { title: '浸出渣' }, 5],
    ['material', { title: '浸出渣与烟尘', keywords: ['锌'] }, 10],
    ['method', { title: '提纯' }, 5],
    ['method', { title: '提纯', keyTechnology: '待定' }, 10],
    ['effect', { title: '回收率' }, 5],
    ['effect', { indicators: [{ name: '掉线数', comparator: '<=', value: 3, unit: '台' }] }, 5],
    ['product', { expectedOutcome: '样机' }, 5],
    ['application', { summary: '用于冷库' }, 10],
    ['application', { industry: '32' }, 5],
    ['material', { title: 'Recycling of polyester fabric' }, 10],
    ['method', { title: 'Heat treatments of castings' }, 10],
    ['indicators', { indicators: [{ name: '纯度', comparator: '>=', value: 4, unit: 'N' }] }, 10],
    ['indicators', { indicators: [{ name: '纯度', comparator: '>=' }] }, 0],
    ['triedApproaches', { alreadyTried: '无' }, 5],
    ['triedApproaches', { alreadyTried: '  ' }, 0],
    ['budget', { budget: { minCny: null, maxCny: null } }, 0],
    ['budget', { budget: { maxCny: 0 } }, 10],
    ['decisionOwner', { decisionOwner: ' ' }, 0],
  ] as const)('gives %s of %o %i points', (part, need, points) => {
    expect(pointsOf(need)[part]).toBe(points);
  });

  it('counts a word once however often it stands there, and none that is part of a longer one', () => {
    expect(pointsOf({ title: '铝、铝、铝' }).material).toBe(5);
    expect(score({ title: '铝合金' }).parts.find(({ part }) => part === 'material')?.found).toEqual(['铝', '合金']);
    expect(score({ title: '不锈钢' }).parts.find(({ part }) => part === 'material')?.found).toEqual(['不锈钢']);
  });

  it('reads hostile and very long texts without ado', () => {
    const problem = `${'钢'.repeat(2_000)}\u0000\ud800<script>${' zinc'.repeat(500)}`;
    expect(score({ title: '\uffff', problem, keywords: [''] }).score).toBe(10);
  });

  it('rates each of the forty refined needs above the words that it was made from', () => {
    const file = new URL('../../matching/fixtures/vague-needs.json', import.meta.url);
    const needs = JSON.parse(readFileSync(file, 'utf8')) as { id: string; vague: Need; refined: Need }[];
    expect(needs.filter(({ vague, refined }) => score(refined).score <= score(vague).score)).toEqual([]);
  });
});

describe('advice', () => {
  it('names every part that can gain, what gains most first, in the language asked for', () => {
    const advice = adviceFor(
      score({ ...whole, decisionOwner: null, indicators: [{ name: '铟纯度', comparator: '>=' }] }),
      'zh',
    );
    expect(advice.map(({ part, gain }) => [part, gain])).toEqual([
      ['indicators', 20],
      ['decisionOwner', 10],
    ]);
    expect(advice.every(({ text }) => /\p{Script=Han}/u.test(text))).toBe(true);
    const english = adviceFor(score({}), 'en');
    expect(english).toHaveLength(qualityParts.length);
    expect(english.filter(({ text }) => /\p{Script=Han}/u.test(text))).toEqual([]);
  });

  it('has nothing to say about a whole need, and what it says raises the score by what it promises', () => {
    expect(adviceFor(score(whole), 'zh')).toEqual([]);
    const before = score({ ...whole, budget: null });
    expect(before.score + (adviceFor(before, 'en')[0]?.gain ?? 0)).toBe(score(whole).score);
  });
});

describe('the cue words', () => {
  it('stand in one list each, and are found by the reader in the element that they are listed for', () => {
    for (const language of ['zh', 'en'] as const) {
      const all = needElements.flatMap((element) => cues[element][language]);
      expect(all.filter((word, at) => all.indexOf(word) !== at)).toEqual([]);
      const lost = needElements.flatMap((element) =>
        cues[element][language].filter((word) => readElements(word)[element].length === 0),
      );
      expect(lost).toEqual([]);
    }
  });
});
