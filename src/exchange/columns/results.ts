import { column, type ImportColumn } from './column.ts';
import { resultIndicators } from './indicators.ts';
import { amount, day, level, list, namedPeople, patents, shares, term, terms, text, yesNo } from './readers.ts';
import { contactColumns, externalKey, lists, modes, ownerColumn, region } from './shared.ts';

const upTo = (characters: number) => ({ zh: `最多 ${characters} 字`, en: `at most ${characters} characters` });

export const resultColumns: readonly ImportColumn[] = [
  externalKey,
  ownerColumn,
  column('title', 'title', text, { zh: '必填，最多 120 字', en: 'required, at most 120 characters' }, true),
  column('summary', 'summary', text, { zh: '公开展示，最多 500 字', en: 'public, at most 500 characters' }),
  column('description', 'description', text, upTo(2_000)),
  column('advantages', 'advantages', text, upTo(2_000)),
  column('indicators', 'indicators', resultIndicators, {
    zh: '如“铟纯度 99.9999 %；回收率 85~95 %”，多项以分号隔开',
    en: 'as "purity 99.9999 %; yield 85~95 %", parted by semicolons',
  }),
  column('keywords', 'keywords', list, lists(8)),
  column('technologyFields', 'technologyFields', terms('technology-fields'), lists(8)),
  column('applicationIndustries', 'applicationIndustries', terms('industries'), lists(10)),
  column('trl', 'trl', level, { zh: '1–9 级', en: '1 to 9' }),
  column('stage', 'stage', term('result-stages'), { zh: '从下拉列表选择', en: 'choose from the list' }),
  column('ipr', 'ipr', patents, {
    zh: '如“发明专利 ZL202410000000.1 已授权；软件著作权 2024SR0000001”',
    en: 'as "Invention patent ZL202410000000.1 granted", parted by semicolons',
  }),
  column('owners', 'owners', shares, {
    zh: '如“某大学 60%；某公司 40%”，合计 100%',
    en: 'as "name 60%; name 40%", 100 % together',
  }),
  column('inventors', 'inventors', namedPeople, lists(50)),
  column('completedOn', 'completedOn', day, { zh: '日期', en: 'a date' }),
  column('fundingSource', 'fundingSource', text, upTo(200)),
  column('awards', 'awards', list, lists(20)),
  modes,
  column('priceMin', 'price.minCny', amount, {
    zh: '保密，公开时只显示区间',
    en: 'confidential; the public sees a band',
  }),
  column('priceMax', 'price.maxCny', amount, {
    zh: '保密，公开时只显示区间',
    en: 'confidential; the public sees a band',
  }),
  column('negotiable', 'price.negotiable', yesNo, { zh: '是或否', en: 'yes or no' }),
  column('exclusivity', 'exclusivity', term('exclusivity'), { zh: '从下拉列表选择', en: 'choose from the list' }),
  column('evaluationForm', 'evaluationForm', text, upTo(100)),
  column('validUntil', 'validUntil', day, { zh: '日期，如 2027-12-31', en: 'a date' }),
  region,
  ...contactColumns,
  column('detail', 'confidentiality.detail', text, {
    zh: '保密，双方同意对接后可见',
    en: 'confidential until both accept',
  }),
];
