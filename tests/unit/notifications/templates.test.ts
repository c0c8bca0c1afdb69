import { describe, expect, test } from 'vitest';
import { subscriptions } from '../../../src/core/messages.ts';
import { isNoticeType } from '../../../src/notifications/audience.ts';
import { renderNotice } from '../../../src/notifications/templates/render.ts';
import type { Params } from '../../../src/notifications/templates/template.ts';

const full: Params = {
  organizationName: '利通区某乳业公司',
  demandTitle: '枸杞鲜奶',
  demandCode: 'D2026-640300-000001',
  resultTitle: 'Wolfberry zeaxanthin',
  resultCode: 'R2026-430100-000002',
  score: '86',
  reason: '请补充指标',
  dueOn: '2026-11-30',
  validUntil: '2026-12-31',
  projectTitle: '联合开发',
  projectCode: 'P2026-640300-000003',
  milestoneTitle: '小试',
  contractTitle: '联合开发合同',
  contractCode: 'C2026-640300-000004',
  registrationNumber: '2026640300000001',
  searchName: '枸杞成果',
  searchKind: 'result',
  count: '3',
};

const types = Object.keys(subscriptions).filter(isNoticeType);

describe('every notice', () => {
  test.each(types)('%s has a title and a body in both languages, with and without its particulars', (type) => {
    for (const params of [full, {}]) {
      for (const locale of ['zh-CN', 'en'] as const) {
        const { title, body } = renderNotice(type, params, locale);
        expect(title.length).toBeGreaterThan(3);
        expect(body.length).toBeGreaterThan(5);
        expect(`${title}${body}`).not.toMatch(/undefined|null|“”|\{|\s{2}/);
      }
    }
  });

  test.each(types)('%s is Chinese in zh-CN and English in en', (type) => {
    expect(renderNotice(type, {}, 'zh-CN').body).toMatch(/[一-鿿]/);
    expect(renderNotice(type, {}, 'en').body).not.toMatch(/[一-鿿]/);
    expect(renderNotice(type, {}, 'en').body).toMatch(/^[A-Z].*\.$/);
  });
});

test('a suggestion names both records and the score', () => {
  expect(renderNotice('match.suggested', full, 'zh-CN').body).toBe(
    '需求“枸杞鲜奶”（D2026-640300-000001）与成果“Wolfberry zeaxanthin”（R2026-430100-000002）相匹配，得分 86。',
  );
});

test('a registered contract tells its number', () => {
  expect(renderNotice('contract.registered', full, 'zh-CN').body).toBe(
    '技术合同“联合开发合同”（C2026-640300-000004）已认定登记，登记编号 2026640300000001。',
  );
});

test('a title that the reader may not see is left out of the sentence', () => {
  const { resultTitle, resultCode } = full;
  const params = { resultTitle: resultTitle ?? '', resultCode: resultCode ?? '' };
  expect(renderNotice('introduction.accepted', params, 'en').body).toBe(
    'Both sides accepted the introduction over a demand and the result “Wolfberry zeaxanthin” (R2026-430100-000002); each now sees how to reach the other.',
  );
});

test('news for a saved search tells how many, in one and in several', () => {
  expect(renderNotice('search.matched', full, 'zh-CN').body).toBe('您保存的搜索“枸杞成果”有 3 条新发布的成果。');
  expect(renderNotice('search.matched', { ...full, count: '1' }, 'en').body).toBe(
    'One result was newly published for your saved search “枸杞成果”.',
  );
});

test('a type of another version shows its name', () => {
  expect(renderNotice('voucher.granted', full, 'en')).toEqual({ title: 'voucher.granted', body: '' });
  expect(renderNotice('toString', full, 'en').title).toBe('toString');
});
