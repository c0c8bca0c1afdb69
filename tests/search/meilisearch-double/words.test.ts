import type { Settings } from 'meilisearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connected, connect } from './connect.ts';

describe('what settings change in the words of the test double of Meilisearch', () => {
  let double: Connected;
  let made = 0;

  beforeAll(async () => {
    double = await connect();
  });

  afterAll(async () => {
    await double?.close();
  });

  /** The titles found in a new index with these settings; the space after a word keeps it from being a beginning. */
  async function finder(settings: Settings, ...titles: string[]) {
    made += 1;
    const index = double.client.index<{ id: number; title: string; body?: string }>(`index_${made}`);
    await index.updateSettings(settings).waitTask();
    await index.addDocuments(titles.map((title, id) => ({ id, title }))).waitTask();
    return async (q: string) => (await index.search(q)).hits.map(({ title }) => title);
  }

  it('keeps a word of the dictionary whole', async () => {
    const found = await finder({ dictionary: ['膜电', '膜电解槽'] }, '新型膜电解槽');
    expect(await found('膜电解槽 ')).toEqual(['新型膜电解槽']);
    expect(await found('电解槽 ')).toEqual([]);
  });

  it('reads signs as letters, or letters as separators, where it is told to', async () => {
    const signs = await finder({ nonSeparatorTokens: ['+', '#'] }, 'C++', 'C', 'C#');
    expect(await signs('c++ ')).toEqual(['C++']);
    expect(await signs('c ')).toEqual(['C']);
    const letters = await finder({ separatorTokens: ['et'] }, 'lunaetsol');
    expect(await letters('sol ')).toEqual(['lunaetsol']);
  });

  it('forgives no typing mistakes where they are switched off', async () => {
    const title = 'ceramic 20262026';
    const found = async (typoTolerance: Settings['typoTolerance'], q: string) =>
      (await (await finder({ typoTolerance } as Settings, title))(q)).length;
    expect(await found({}, 'ceramik ')).toBe(1);
    expect(await found({ enabled: false }, 'ceramik ')).toBe(0);
    expect(await found({ disableOnWords: ['Ceramik'] }, 'ceramik ')).toBe(0);
    expect(await found({ disableOnAttributes: ['title'] }, 'ceramik ')).toBe(0);
    expect(await found({ minWordSizeForTypos: { oneTypo: 8 } }, 'ceramik ')).toBe(0);
    expect(await found({}, '20262027 ')).toBe(1);
    expect(await found({ disableOnNumbers: true }, '20262027 ')).toBe(0);
  });

  it('finds no beginnings where prefix search is off', async () => {
    const found = await finder({ prefixSearch: 'disabled' }, 'ceramic');
    expect(await found('cer')).toEqual([]);
    expect(await found('ceramic')).toEqual(['ceramic']);
  });

  it('does not look for stop words', async () => {
    const found = await finder({ stopWords: ['The'] }, 'the membrane', 'the cell');
    expect(await found('the membrane')).toEqual(['the membrane']);
  });

  it('knows synonyms of one word and of several', async () => {
    const found = await finder(
      { synonyms: { uav: ['unmanned aircraft'], 'fuel cell': ['sofc'] } },
      'Unmanned aircraft',
      'SOFC',
    );
    expect(await found('uav ')).toEqual(['Unmanned aircraft']);
    expect(await found('fuel cell ')).toEqual(['SOFC']);
    expect(await found('sofc ')).toEqual(['SOFC']);
    expect(await found('aircraft uav ')).toEqual(['Unmanned aircraft']);
  });

  it('ends a phrase at a full stop', async () => {
    const found = await finder({}, 'clean water. flow cell', 'water flow');
    expect(await found('"water flow"')).toEqual(['water flow']);
  });

  it('prefers few typing mistakes, words close together, and exact words', async () => {
    const found = await finder({}, 'cerasic glass', 'ceramic x y z glass', 'ceramic glass', 'ceramic glass wool');
    expect(await found('ceramic glass ')).toEqual([
      'ceramic glass',
      'ceramic glass wool',
      'ceramic x y z glass',
      'cerasic glass',
    ]);
  });

  it('keeps one document of each value of the distinct attribute', async () => {
    const found = await finder({ distinctAttribute: 'title' }, 'same', 'Same', 'other');
    expect(await found('')).toEqual(['same', 'other']);
  });
});
