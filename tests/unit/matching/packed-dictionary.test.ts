import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDictionary, loadTransliterations } from '../../../db/seed/dictionary.ts';
import { analyse } from '../../../src/matching/engine/analysis.ts';
import { createDictionary, type Dictionary } from '../../../src/matching/engine/dictionary.ts';
import { attachDictionary, packDictionary } from '../../../src/matching/engine/packed-dictionary.ts';
import { attachTable, packTable } from '../../../src/matching/engine/packed-table.ts';
import { createSpeller } from '../../../src/matching/engine/transliteration.ts';
import { loadSample } from '../../matching/sample-records.ts';

describe('a packed table', () => {
  it('holds what was put into it, and nothing else, whatever the strings', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('', '铟', '抗拉强度', '\ud800'));
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text)), fc.array(text), (pairs, others) => {
        const entries = new Map(pairs);
        const table = attachTable(packTable(entries));
        expect(table.size).toBe(entries.size);
        for (const key of [...entries.keys(), ...others]) {
          expect(table.get(key)).toBe(entries.get(key));
          expect(table.has(key)).toBe(entries.has(key));
        }
      }),
    );
  });

  it('holds values that are too long for the arguments of one call', () => {
    const long = '长'.repeat(300_000);
    expect(attachTable(packTable(new Map([['key', long]]))).get('key')).toBe(long);
  });
});

describe('a packed dictionary', () => {
  it('translates as the one does that is made of the same entries', () => {
    const packed = attachDictionary(packDictionary(loadDictionary(), loadTransliterations()));
    const made = createDictionary(loadDictionary(), createSpeller(loadTransliterations()));
    const { demands, results } = loadSample();
    const texts = [...demands, ...results].map(({ title, summary }) => `${title}\n${summary}`);
    expect(packed.size).toBe(made.size);
    expect(texts.map((text) => translations(packed, text))).toEqual(texts.map((text) => translations(made, text)));
  }, 60_000);
});

function translations(dictionary: Dictionary, text: string) {
  const { hanRuns, tokens } = analyse(text);
  return [...hanRuns.flatMap((run) => dictionary.translateHan(run)), ...dictionary.translateWords(tokens)];
}
