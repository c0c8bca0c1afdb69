import { describe, expect, it } from 'vitest';
import { withinBytes } from '../../../src/search/meilisearch/documents.ts';
import { marksToHtml } from '../../../src/search/meilisearch/marks.ts';
import { pageCovering } from '../../../src/search/meilisearch/requests.ts';
import { covers, settingsWith } from '../../../src/search/meilisearch/settings.ts';
import { synonymsOf } from '../../../src/search/meilisearch/synonyms.ts';

describe('what is sent to Meilisearch', () => {
  it('asks for a page of the server that has the whole page wanted', () => {
    for (let offset = 0; offset < 40; offset++) {
      for (let limit = 1; limit <= 20; limit++) {
        const { number, size, skipped, wanted } = pageCovering({ offset, limit });
        expect((number - 1) * size + skipped).toBe(offset);
        expect(skipped + wanted).toBeLessThanOrEqual(size);
        expect(wanted).toBe(limit);
      }
    }
    expect(pageCovering({ offset: 40, limit: 20 })).toEqual({ number: 3, size: 20, skipped: 0, wanted: 20 });
    expect(pageCovering({ offset: 5_000, limit: 20 })).toMatchObject({ wanted: 0, size: 0 });
    expect(pageCovering({ offset: 990, limit: 20 })).toMatchObject({ wanted: 10 });
  });

  it('takes settings that the server has sorted, or has more of, as the same, and any difference as one', () => {
    const wanted = settingsWith({ 铟: ['indium'] }, 250);
    const held = structuredClone(wanted) as Record<string, unknown>;
    held.sortableAttributes = [...(wanted.sortableAttributes ?? [])].sort().reverse();
    held.stopWords = ['more'];
    held.typoTolerance = { ...wanted.typoTolerance, disableOnWords: [] };
    expect(covers(held, wanted)).toBe(true);
    expect(covers({ ...held, rankingRules: [...(wanted.rankingRules ?? [])].reverse() }, wanted)).toBe(false);
    expect(covers({ ...held, synonyms: { 铟: ['indium'], 镓: ['gallium'] } }, wanted)).toBe(false);
    expect(covers({ ...held, synonyms: {} }, wanted)).toBe(false);
    expect(covers({ ...held, localizedAttributes: null }, wanted)).toBe(false);
    expect(covers({ ...held, pagination: { maxTotalHits: 1_001 } }, wanted)).toBe(false);
  });

  it('cuts a long value in whole characters', () => {
    expect(withinBytes('铟'.repeat(200), 468)).toBe('铟'.repeat(156));
    expect(withinBytes('𠮷𠮷', 7)).toBe('𠮷');
    expect(withinBytes('short', 468)).toBe('short');
  });

  it('gives each term those that mean the same, in both languages', () => {
    const terms = [
      { zh: '抗拉强度', en: ['Tensile strength'] },
      { zh: '拉伸强度', en: ['tensile strength'] },
    ];
    expect(synonymsOf(terms)).toEqual({
      抗拉强度: ['tensile strength'],
      拉伸强度: ['tensile strength'],
      'tensile strength': ['抗拉强度', '拉伸强度'],
    });
    const many = Array.from({ length: 5_000 }, (_, at) => ({ zh: `词${at}`, en: [`word ${at}`] }));
    expect(Object.keys(synonymsOf(many))).toHaveLength(2_000);
  });
});

describe('what comes back marked', () => {
  it('is escaped, joined where marks touch, and marked to the end of a foreign word', () => {
    expect(marksToHtml('<b>\ue000高纯\ue001\ue000铟\ue001 & \ue000membrane\ue001s')).toBe(
      '&lt;b&gt;<mark>高纯铟</mark> &amp; <mark>membranes</mark>',
    );
  });
});
