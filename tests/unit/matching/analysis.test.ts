import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyseFields } from '../../../src/matching/engine/analyse-document.ts';
import { analyse } from '../../../src/matching/engine/analysis.ts';
import { scanText, unitNames } from '../../../src/matching/engine/scan.ts';
import { termId } from '../../../src/matching/engine/term-id.ts';

function terms(text: string): string[] {
  return analyse(text).tokens.map(({ term }) => term);
}

/** What texts are made of, as it stands after normalization and before. */
const pieces = fc.oneof(
  fc.constantFrom(
    ' ',
    '.',
    ',',
    '-',
    '·',
    '\u00a0',
    '\n',
    '的',
    '铝合金',
    'カー',
    'ー',
    'の',
    '한국',
    '〇',
    '𠮷',
    '𝒜',
    '😀',
  ),
  fc.constantFrom(
    '5',
    '12.5',
    '1,000',
    'mpa',
    ' mpa',
    ' mpa·s',
    '°c',
    '%',
    'm2',
    ' m',
    'n',
    'v1.2',
    'kg',
    '٣',
    '③',
    '½',
  ),
  fc.constantFrom('of', 'the', 'membranes', 'é', '\u0301', 'ﬁlm', 'x'.repeat(70), '\ud800'),
  fc.string({ unit: 'binary', maxLength: 3 }),
);

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

  it('splits any text as this pattern does', () => {
    const specification = new RegExp(
      '(?<run>[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}ー〇]+)|' +
        `(?<number>\\d+(?:[.,]\\d+)*)\\s?(?:${unitNames})(?![\\p{L}\\p{N}])|` +
        '(?:(?!\\p{Script=Han}|\\p{Script=Hiragana}|\\p{Script=Katakana}|\\p{Script=Hangul})[\\p{L}\\p{N}\\p{M}])+(?:[.,](?=\\d)\\d+)*',
      'gu',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 20 }), (parts) => {
        const text = parts.join('');
        const expected = Array.from(text.matchAll(specification), ({ 0: { length }, groups, index }) => {
          const { run, number } = groups ?? {};
          return run !== undefined
            ? ['run', index, index + length]
            : number === undefined
              ? ['word', index, index + length]
              : ['quantity', index, index + number.length, index + length];
        });
        const found: unknown[] = [];
        scanText(text, {
          run: (start, end) => found.push(['run', start, end]),
          word: (start, end) => found.push(['word', start, end]),
          quantity: (start, numberEnd, end) => found.push(['quantity', start, numberEnd, end]),
        });
        expect(found).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads documents into the ids of these terms, also of words that it has met before', () => {
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
        const { tokens, pairs } = analyse(parts.join(''));
        const [title, keywords] = analyseFields({ title: parts.join(''), keywords: '', body: '' });
        expect(Array.from(title.terms)).toEqual(tokens.map(({ term }) => termId(term)));
        const joined = tokens.flatMap(({ term }, at) => (title.joined[at] === 1 ? [[tokens[at - 1]?.term, term]] : []));
        expect(joined.map((words) => words.toSorted().join(' '))).toEqual(pairs.map(({ term }) => term));
        expect(keywords.terms).toHaveLength(0);
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads a text of more words than it has room for, and one with more different words than it remembers', () => {
    const words = Array.from({ length: 110_000 }, (_, at) => `w${at.toString(36)}x`);
    const ids = new Set<number>();
    for (let from = 0; from < words.length; from += 10_000) {
      const [{ terms: read, joined }] = analyseFields({
        title: words.slice(from, from + 10_000).join(' '),
        keywords: '',
        body: '',
      });
      expect(read.findIndex((id, at) => id !== termId(words[from + at] ?? ''))).toBe(-1);
      expect(read).toHaveLength(10_000);
      expect(joined.indexOf(0, 1)).toBe(-1);
      for (const id of read) ids.add(id);
    }
    expect(ids.size).toBe(words.length);
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
