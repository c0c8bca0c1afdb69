import { column, type ImportColumn, type Reader } from './column.ts';
import { choice, day, list, terms, text } from './readers.ts';
import { contactColumns, externalKey, lists, ownerColumn } from './shared.ts';
import { writeNumber } from './writers.ts';

const kindNames = { 专家: 'expert', 科技特派员: 'commissioner' };

/** "4", "4天", "每月4天" */
const daysPerMonth: Reader = {
  write: writeNumber,
  read: (cell) => {
    const digits = /^(?:每月)?\s*(\d{1,2})\s*(?:天|日|days?)?(?:\s*\/\s*月)?$/.exec(
      String(cell).normalize('NFKC'),
    )?.[1];
    return digits === undefined
      ? { fault: { code: 'days', message: { zh: '应为天数，如 4', en: 'must be a number of days such as 4' } } }
      : { value: Number(digits) };
  },
};

/** Results that a profile names, and the member who is this person, are no matter for a cell: both are named by ids. */
export const expertColumns: readonly ImportColumn[] = [
  externalKey,
  { ...ownerColumn, note: { zh: '选填：本单位全称', en: 'optional: the name of your own university' } },
  column('name', 'name', text, { zh: '必填', en: 'required' }, true),
  column(
    'kind',
    'kind',
    choice(kindNames),
    { zh: '必填：专家或科技特派员', en: 'required: expert or commissioner' },
    true,
  ),
  column('professionalTitle', 'professionalTitle', text, { zh: '如“教授”', en: 'as "professor"' }),
  column(
    'headline',
    'headline',
    text,
    { zh: '必填：一句话说明专长，最多 120 字', en: 'required: what they are good at, at most 120 characters' },
    true,
  ),
  column(
    'summary',
    'summary',
    text,
    { zh: '必填，公开展示，最多 2000 字', en: 'required, public, at most 2000 characters' },
    true,
  ),
  column('keywords', 'keywords', list, lists(12), true),
  column('technologyFields', 'technologyFields', terms('technology-fields'), lists(8), true),
  column(
    'daysPerMonth',
    'daysPerMonth',
    daysPerMonth,
    { zh: '必填：每月可服务天数，0 为暂不服务', en: 'required: days to give in a month; 0 is none at present' },
    true,
  ),
  column('availableFrom', 'availableFrom', day, { zh: '日期，如 2026-12-01', en: 'a date' }),
  column('availableUntil', 'availableUntil', day, { zh: '日期，如 2027-12-31', en: 'a date' }),
  column('servedRegions', 'servedRegions', terms('regions'), {
    zh: '行政区划代码或全称，多项以分号隔开，最多 50 项；不填为各地均可',
    en: 'GB/T 2260 codes or full names, parted by semicolons, at most 50; none is everywhere',
  }),
  ...contactColumns
    .filter(({ name }) => name !== 'contactName')
    .map((one) => ({
      ...one,
      note: { zh: '保密，接受派遣后可见', en: 'confidential until an assignment is accepted' },
    })),
];
