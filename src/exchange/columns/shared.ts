import { column } from './column.ts';
import { term, terms, text } from './readers.ts';

export function lists(most: number) {
  return { zh: `多项以分号隔开，最多 ${most} 项`, en: `parted by semicolons, at most ${most}` };
}

/** By which a row is known again when the file comes a second time. */
export const externalKey = column('key', null, text, {
  zh: '选填：贵方的编号，重复导入时凭它识别',
  en: 'optional: your own number, by which a row is known again',
});

/** Whose record it is: for staff, who enter records of many; others enter their own. */
export const ownerColumn = column('organization', null, text, {
  zh: '市场工作人员必填：已审核机构的全称或统一社会信用代码',
  en: 'for staff of a market: full name or credit code of a verified organization',
});

export const modes = column('cooperationModes', 'cooperationModes', terms('cooperation-modes'), lists(8));

export const region = column('regionCode', 'regionCode', term('regions'), {
  zh: '行政区划代码或全称；不填为机构所在地',
  en: 'GB/T 2260 code or full name; else where the organization is',
});

export const contactColumns = [
  column('contactName', 'contact.name', text, { zh: '保密，双方同意对接后可见', en: 'confidential until both accept' }),
  column('contactPhone', 'contact.phone', text, { zh: '保密', en: 'confidential' }),
  column('contactEmail', 'contact.email', text, { zh: '保密', en: 'confidential' }),
];
