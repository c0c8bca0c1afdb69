import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/matching/engine/analysis.ts';

function terms(text: string): string[] {
  return analyse(text).tokens.map(({ term }) => term);
}

describe('analysis', () => {
  it.each([
    ['Chinese becomes overlapping bigrams', '高纯铟', ['高纯', '纯铟']],
    ['a Chinese character alone stays a term', '铟 6N 级', ['铟', '6n', '级']],
    ['English loses stop words and is stemmed', 'The membranes are separating', ['membran', 'separ']],
    ['Latin words inside Chinese stay whole', '基于PBAT的地膜', ['基于', 'pbat', '的地', '地膜']],
    ['a number keeps its unit, with or without a blank', '450 MPa 和 450MPa', ['450mpa', '和', '450mpa']],
    ['a purity in nines is one term', '纯度6N', ['纯度', '6n']],
    ['full-width forms are the same as ordinary ones', 'ＭＬＣＣ　６Ｎ', ['mlcc', '6n']],
    ['a decimal number is one term', 'pH 7.5', ['ph', '7.5']],
  ])('%s', (_name, text, expected) => {
    expect(terms(text)).toEqual(expected);
  });

  it('reads traditional and simplified Chinese alike', () => {
    expect(terms('軟體與網絡乾燥設備')).toEqual(terms('软体与网络干燥设备'));
  });

  it('joins neighbouring words into pair terms, stop words left out', () => {
    expect(analyse('recovery of indium metal').pairs.map(({ term }) => term)).toEqual([
      'indium recoveri',
      'indium metal',
    ]);
  });

  it('makes the same pair of two words whichever comes first', () => {
    const [forward, backward] = ['p53 regulation', 'regulation of p53'].map((text) => analyse(text).pairs[0]?.term);
    expect(forward).toBeDefined();
    expect(forward).toBe(backward);
  });

  it('says where a term stands in the original text, also after characters that change length', () => {
    const text = '㎏级ﬁlm 製備';
    const film = analyse(text).tokens.find(({ term }) => term === 'film');
    expect(text.slice(film?.start, film?.end)).toBe('ﬁlm');
  });

  it('gives every token a place inside the text, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const { term, start, end } of analyse(text).tokens) {
          expect(term).not.toBe('');
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });

  it.each([
    ['an empty text', ''],
    ['lone surrogates', '\ud800膜\udc00电\udfff'],
    ['punctuation only', '。，！？…—'],
    ['control characters', '\u0000\u0007\u202e'],
  ])('survives %s', (_name, text) => {
    expect(() => analyse(text)).not.toThrow();
  });
});
