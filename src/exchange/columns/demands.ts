import { column, type ImportColumn } from './column.ts';
import { demandIndicators } from './indicators.ts';
import { amount, day, level, list, term, terms, text, yesNo } from './readers.ts';
import { contactColumns, externalKey, lists, modes, ownerColumn, region } from './shared.ts';

const upTo = (characters: number) => ({ zh: `最多 ${characters} 字`, en: `at most ${characters} characters` });

export const demandColumns: readonly ImportColumn[] = [
  externalKey,
  ownerColumn,
  column('title', 'title', text, { zh: '必填，最多 120 字', en: 'required, at most 120 characters' }, true),
  column('summary', 'summary', text, { zh: '公开展示，最多 500 字', en: 'public, at most 500 characters' }),
  column('problem', 'problem', text, upTo(2_000)),
  column('keyTechnology', 'keyTechnology', text, upTo(2_000)),
  column('expectedOutcome', 'expectedOutcome', text, upTo(2_000)),
  column('indicators', 'indicators', demandIndicators, {
    zh: '如“★铟纯度 ≥ 99.9999 %；回收率 85~95 %”，多项以分号隔开，★为必须满足',
    en: 'as "★purity >= 99.9999 %; yield 85~95 %", parted by semicolons; ★: must be met',
  }),
  column('alreadyTried', 'alreadyTried', text, upTo(2_000)),
  column('notAcceptable', 'notAcceptable', text, upTo(2_000)),
  column('keywords', 'keywords', list, lists(8)),
  column('technologyFields', 'technologyFields', terms('technology-fields'), lists(8)),
  column('industry', 'industry', term('industries'), {
    zh: '国民经济行业门类或大类',
    en: 'section or division, GB/T 4754',
  }),
  column('activityType', 'activityType', term('activity-types'), { zh: '从下拉列表选择', en: 'choose from the list' }),
  modes,
  column('budgetMin', 'budget.minCny', amount, {
    zh: '保密，公开时只显示区间',
    en: 'confidential; the public sees a band',
  }),
  column('budgetMax', 'budget.maxCny', amount, {
    zh: '保密，公开时只显示区间',
    en: 'confidential; the public sees a band',
  }),
  column('negotiable', 'budget.negotiable', yesNo, { zh: '是或否', en: 'yes or no' }),
  column('exclusivity', 'exclusivity', term('exclusivity'), { zh: '从下拉列表选择', en: 'choose from the list' }),
  column('targetTrl', 'targetTrl', level, { zh: '1–9 级', en: '1 to 9' }),
  column('neededBy', 'neededBy', day, { zh: '日期，如 2026-12-31', en: 'a date' }),
  column('validUntil', 'validUntil', day, { zh: '日期，如 2027-12-31', en: 'a date' }),
  region,
  column('preferredPartners', 'preferredPartners', list, lists(20)),
  column('decisionOwner', 'decisionOwner', text, { zh: '保密', en: 'confidential' }),
  ...contactColumns,
  column('anonymous', 'confidentiality.anonymous', yesNo, {
    zh: '是：不公开企业名称',
    en: 'yes: the name is not shown',
  }),
  column('detail', 'confidentiality.detail', text, {
    zh: '保密，双方同意对接后可见',
    en: 'confidential until both accept',
  }),
];
