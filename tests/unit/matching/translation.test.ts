import { describe, expect, it } from 'vitest';
import { loadTransliterations } from '../../../db/seed/dictionary.ts';
import { translationsOf } from '../../../db/seed/generate-dictionary.ts';
import { segmentChinese } from '../../../src/matching/engine/chinese-words.ts';
import { createDictionary, type DictionaryEntry } from '../../../src/matching/engine/dictionary.ts';
import { createEngine, type Engine } from '../../../src/matching/engine/engine.ts';
import { createSpeller, spelledStretches } from '../../../src/matching/engine/transliteration.ts';
import type { TextFields } from '../../../src/matching/engine/types.ts';

const speller = createSpeller(loadTransliterations());

function textOf(body: string): TextFields {
  return { title: '', keywords: '', body };
}

function engineWith(entries: readonly DictionaryEntry[], documents: Record<string, string>): Engine {
  const engine = createEngine({ dictionary: createDictionary(entries, speller) });
  for (const [id, body] of Object.entries(documents)) {
    engine.upsert({ id, fields: textOf(body) });
  }
  return engine;
}

function idsFor(engine: Engine, query: string): string[] {
  return engine.search(textOf(query), { limit: 10 }).map(({ id }) => id);
}

describe('translations out of dictionary meanings', () => {
  it('leaves out notes, brackets, "to" and what stands for an object', () => {
    expect(translationsOf(['to give sb sth (formal)', 'classifier for books', 'surname Li'])).toEqual(['give']);
  });

  it('keeps a name without what is said of its bearer', () => {
    expect(translationsOf('Warsaw, capital of Poland', true)).toEqual(['Warsaw']);
    expect(translationsOf("Zhidan county in Yan'an 延安[Yan2 an1], Shaanxi", true)).toEqual(['Zhidan']);
  });

  it("gives a person's last name, too", () => {
    const meaning = 'Claude Monet (1840-1926), French impressionist painter';
    expect(translationsOf(meaning, true)).toEqual(['Claude Monet', 'Monet']);
  });
});

describe('cutting Chinese into words', () => {
  const words = new Set(['分区', '区赛', '分区赛', '年华', '华沙', '人口']);

  it('takes the fewest words, and of equal cuts the one with its words towards the end', () => {
    expect(segmentChinese('分区赛', words)).toEqual(['分区赛']);
    expect(segmentChinese('年华沙人口', words)).toEqual(['年', '华沙', '人口']);
  });

  it('keeps words of grammar and questions together', () => {
    expect(segmentChinese('人口有多少', words)).toEqual(['人口', '有', '多少']);
  });
});

describe('a query in the other language', () => {
  it('does not translate question words', () => {
    const engine = engineWith(
      [
        { zh: '什么', en: ['anything'] },
        { zh: '电池', en: ['battery'] },
      ],
      {
        asked: 'battery',
        noise: 'anything',
      },
    );
    expect(idsFor(engine, '什么电池')).toEqual(['asked']);
  });

  it('finds the words of a known English phrase one by one, below the phrase', () => {
    const entries = [
      { zh: '固态电池', en: ['solid battery'] },
      { zh: '蓄电装置', en: ['battery'] },
    ];
    const engine = engineWith(entries, { phrase: '新型固态电池材料', word: '新型蓄电装置材料', none: '葡萄栽培技术' });
    expect(idsFor(engine, 'solid battery')).toEqual(['phrase', 'word']);
  });

  it('prefers the Chinese word that means it first to one that means it second', () => {
    const entries = [
      { zh: '涂层', en: ['paint', 'film'] },
      { zh: '薄膜', en: ['film'] },
    ];
    const engine = engineWith(entries, { a: '一种涂层', b: '一种薄膜' });
    expect(idsFor(engine, 'film')).toEqual(['b', 'a']);
  });

  it('counts what both languages write alike as much as a translation', () => {
    const engine = engineWith([{ zh: '电池', en: ['battery'] }], { translated: 'battery', alike: 'NCM811' });
    const scores = engine.search(textOf('NCM811 电池材料'), { limit: 10 }).map(({ score }) => score);
    expect(scores).toHaveLength(2);
    // What stands first counts a little more.
    expect((scores[1] ?? 0) / (scores[0] ?? 0)).toBeGreaterThan(0.97);
  });

  it('answers traditional characters as simplified ones', () => {
    const engine = engineWith([{ zh: '电池', en: ['battery'] }], { right: 'battery', wrong: 'wine' });
    expect(idsFor(engine, '電池')).toEqual(['right']);
    expect(engine.search(textOf('電池'), { limit: 1 })).toEqual(engine.search(textOf('电池'), { limit: 1 }));
  });
});

describe('names that no dictionary holds', () => {
  const entries = [
    { zh: '图', en: ['picture'] },
    { zh: '经济', en: ['economy'] },
    { zh: '杰克逊', en: ['Jackson'] },
  ];

  it('are found as they are spelled in the collection, and their characters not one by one', () => {
    const engine = engineWith(entries, { right: 'Turabi and the economy', picture: 'a picture', wine: 'grapes' });
    expect(idsFor(engine, '图拉比经济')).toEqual(['right']);
    const [name] = engine.explain(engine.prepare(textOf('图拉比经济')), textOf('Turabi and the economy'));
    expect(name).toMatchObject({ kind: 'translated', queryText: '图拉比', documentText: 'Turabi' });
  });

  it('mean nothing where the collection does not hold them', () => {
    const engine = engineWith(entries, { economy: 'the economy', wine: 'grapes' });
    expect(idsFor(engine, '图拉比经济')).toEqual(['economy']);
    const concepts = engine.prepare(textOf('图拉比')).concepts.filter(({ kind }) => kind === 'translated');
    expect(concepts.map(({ key }) => key)).toEqual([]);
  });

  it('are read anew when another spelling comes into the collection', () => {
    const engine = engineWith(entries, { first: 'Tulabi' });
    expect(idsFor(engine, '图拉比')).toEqual(['first']);
    engine.upsert({ id: 'second', fields: textOf('Turabi') });
    expect(idsFor(engine, '图拉比')).toEqual(['second', 'first']);
  });

  it('are neighbouring single characters with known names among them, not words', () => {
    const isName = (word: string) => word === '杰克逊';
    const stretches = (units: string[]) =>
      spelledStretches(units, isName, speller).map(({ key, start }) => `${start} ${key}`);
    expect(stretches(['经济', '杰克逊', '维', '尔', '位于'])).toEqual(['2 杰克逊维尔']);
    expect(stretches(['在', '贾', '里', '德', '在'])).toEqual(['1 贾里德']);
    expect(stretches(['杰克逊', '位于'])).toEqual([]);
    expect(stretches(['经济', '图', '位于'])).toEqual([]);
  });

  it('are spelled in likely ways, the likeliest first', () => {
    const spellings = speller.spellings('塔尔博特');
    expect(spellings.map(({ word }) => word)).toContain('talbot');
    expect(spellings.length).toBeLessThanOrEqual(900);
    expect(spellings.every(({ likelihood }) => likelihood > 0 && likelihood <= 1)).toBe(true);
  });
});
