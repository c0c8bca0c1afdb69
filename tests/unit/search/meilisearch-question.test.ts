import { describe, expect, it } from 'vitest';
import { analyse } from '../../../src/matching/engine/analysis.ts';
import { toIndexedDocument } from '../../../src/search/meilisearch/documents.ts';
import { localesOf, planQuestion } from '../../../src/search/meilisearch/question.ts';
import { documentWith } from '../../search/samples.ts';

function planned(q: string) {
  const question = planQuestion(analyse, q);
  if (question.by !== 'words') throw new Error(question.by);
  return question;
}

describe('a question to Meilisearch', () => {
  it('is everything without words, and nothing without letters', () => {
    expect(planQuestion(analyse, ' \n')).toEqual({ by: 'everything' });
    expect(planQuestion(analyse, '!!! -- ""')).toEqual({ by: 'nothing' });
  });

  it('keeps quotes and hyphens from working as operators', () => {
    expect(planned('"高纯铟" -膜 a-b').whole?.q).toBe('高纯铟   膜 a-b');
    expect(planned('＂高纯铟＂ －膜').whole?.q).toBe('高纯铟   膜');
  });

  it('asks for one Chinese character where characters stand apart', () => {
    expect(planned('铟')).toMatchObject({ whole: { q: '铟', attributes: ['characters'] }, stretches: [], parts: [] });
  });

  it('has the pairs of Chinese as phrases of characters, normalized, and other words as they are', () => {
    expect(planned('膜電解 Membranes').parts.map(({ q }) => q)).toEqual(['"膜 电"', '"电 解"', 'Membranes']);
    expect(planned('membranes').parts).toEqual([]);
  });

  it('cuts what is longer than the server reads into stretches of few words, and asks for no document that has all', () => {
    const text = Array.from({ length: 30 }, (_, at) => `word${at}`).join(' ');
    const { whole, stretches } = planned(text);
    expect(whole).toBeNull();
    expect(stretches.map(({ q }) => q).join('')).toBe(text);
    for (const { q } of stretches) expect(q.trim().split(' ').length).toBeLessThanOrEqual(8);
    expect(planned('从含锌固废中提取高纯铟'.repeat(300)).stretches.length).toBeLessThanOrEqual(6);
  });

  it('names the languages by the script', () => {
    expect(localesOf('膜电解')).toEqual(['cmn']);
    expect(localesOf('membrane')).toEqual(['eng']);
    expect(localesOf('LiDAR 点云')).toEqual(['cmn', 'eng']);
    expect(localesOf('123')).toEqual(['eng']);
  });
});

describe('a document for Meilisearch', () => {
  it('has its text by script, its codes with those above, its times in seconds, and nothing that is unknown', () => {
    const document = documentWith({
      title: 'Membrane electrolysis',
      body: '膜电解，電流效率。\ue000',
      keywords: ['铟'.repeat(200)],
      technologyFields: ['402', '403'],
      regionCode: '640302',
      trl: 5,
      publishedAt: new Date('2026-01-01T00:00:00Z'),
    });
    const indexed = toIndexedDocument(document, analyse);
    expect(indexed).toMatchObject({
      title_en: 'Membrane electrolysis',
      body_zh: '膜电解，電流效率。',
      keywords: ['铟'.repeat(156)],
      technologyFields: ['402', '4', '403'],
      regions: ['640302', '640300', '640000'],
      trl: 5,
      publishedAt: 1_767_225_600,
    });
    expect(indexed.characters.endsWith('. 膜 电 解 . 电 流 效 率')).toBe(true);
    for (const absent of ['title_zh', 'body_en', 'moneyBand', 'activityType', 'stage', 'validUntil']) {
      expect(indexed).not.toHaveProperty(absent);
    }
  });
});
