import type { VocabularyName } from '../../vocabularies/inputs.ts';
import { fault, longestPart, partsOf, strictly } from './cells.ts';
import type { Reader, Reading, Surroundings } from './column.ts';
import {
  writeAmount,
  writeChoice,
  writeDay,
  writeList,
  writeNames,
  writeNumber,
  writePatents,
  writeShares,
  writeTerm,
  writeTerms,
  writeText,
} from './writers.ts';

export const text: Reader = { read: (cell) => ({ value: String(cell) }), write: writeText };

export const list: Reader = { read: (cell) => ({ value: partsOf(cell) }), write: writeList };

export const namedPeople: Reader = {
  read: (cell) => ({ value: partsOf(cell).map((name) => ({ name })) }),
  write: writeNames,
};

function lookUp(vocabulary: VocabularyName, name: string, { terms }: Surroundings): { code: string } | Reading {
  const found = terms.find(vocabulary, name);
  if (found === null)
    return fault(
      'vocabulary',
      `“${name}”不在词表 ${vocabulary} 中，请从下拉列表选择`,
      `"${name}" is not in the vocabulary ${vocabulary}; choose from the list`,
    );
  if ('among' in found)
    return fault(
      'ambiguous',
      `“${name}”有多个：${found.among.slice(0, 5).join('、')}，请写代码或全称`,
      `"${name}" may be any of ${found.among.slice(0, 5).join(', ')}; write the code or the full name`,
    );
  return found;
}

export function term(vocabulary: VocabularyName): Reader {
  return {
    vocabulary,
    write: writeTerm(vocabulary),
    read: (cell, around) => {
      const found = lookUp(vocabulary, String(cell), around);
      return 'code' in found ? { value: found.code } : found;
    },
  };
}

export function terms(vocabulary: VocabularyName): Reader {
  return {
    vocabulary,
    isList: true,
    write: writeTerms(vocabulary),
    read: (cell, around) => {
      const codes: string[] = [];
      for (const part of partsOf(cell, strictly)) {
        // 农、林、牧、渔业 is one name with the marks that part names.
        const whole = around.terms.findWhole(vocabulary, part);
        if (whole !== null && 'code' in whole) {
          codes.push(whole.code);
          continue;
        }
        for (const name of partsOf(part)) {
          const found = lookUp(vocabulary, name, around);
          if (!('code' in found)) return found;
          codes.push(found.code);
        }
      }
      return { value: [...new Set(codes)] };
    },
  };
}

/** One of a few words, each with its value. */
export function choice(values: Readonly<Record<string, unknown>>): Reader {
  return {
    choices: Object.keys(values),
    write: writeChoice(values),
    read: (cell) => {
      const word = String(cell).trim();
      const found = Object.entries(values).find(
        ([name, value]) => word === name || word.toLowerCase() === String(value),
      );
      return found === undefined
        ? fault('enum', `应为：${Object.keys(values).join('、')}`, `must be one of ${Object.keys(values).join(', ')}`)
        : { value: found[1] };
    },
  };
}

export const yesNo: Reader = {
  choices: ['是', '否'],
  write: writeChoice({ 是: true, 否: false }),
  read: (cell) => {
    const word = String(cell).toLowerCase();
    if (['是', 'y', 'yes', 'true', '1', '√'].includes(word)) return { value: true };
    if (['否', 'n', 'no', 'false', '0', '×'].includes(word)) return { value: false };
    return fault('boolean', '应为“是”或“否”', 'must be 是 (yes) or 否 (no)');
  },
};

/** "TRL6", "6级", "6 …" as drop-downs show it. */
export const level: Reader = {
  vocabulary: 'trl',
  write: writeNumber,
  read: (cell) => {
    const digits = /^(?:trl)?\s*([1-9])(?![\d.])/i.exec(String(cell).normalize('NFKC'))?.[1];
    return digits === undefined
      ? fault('level', '应为 1–9 级', 'must be a level from 1 to 9')
      : { value: Number(digits) };
  },
};

const amountShape = /^([\d,]+(?:\.\d+)?)\s*(亿元?|万元?|元)?$/;
const suffixCny: Readonly<Record<string, number>> = { 亿: 100_000_000, 万: 10_000, 元: 1 };

/** Whole yuan. A unit in the cell goes before the header's. */
export const amount: Reader = {
  isAmount: true,
  write: writeAmount,
  read: (cell, { unitCny }) => {
    const match = amountShape.exec(
      String(cell)
        .normalize('NFKC')
        .replaceAll(/[¥￥\s]/g, ''),
    );
    const suffix = match?.[2]?.[0];
    const unit = suffix === undefined ? unitCny : (suffixCny[suffix] ?? null);
    if (match?.[1] === undefined) return fault('amount', '应为金额，如 50 或 50万元', 'must be an amount such as 50');
    if (unit === null) return fault('unit', '金额没有单位（万元或元）', 'the amount has no unit (万元 or 元)');
    const cny = Number(match[1].replaceAll(',', '')) * unit;
    // Halves of a yuan come from rounding only.
    return { value: Math.round(cny) };
  },
};

const dayMs = 86_400_000;

/** 2026-11-22, 2026/11/22, 2026年11月22日; a number is a day as spreadsheets count them. */
export const day: Reader = {
  write: writeDay,
  read: (cell, { from1904 }) => {
    if (typeof cell === 'number') {
      const start = from1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, 30);
      if (cell < 1 || cell > 2_958_465) return dateFault;
      return { value: new Date(start + Math.floor(cell) * dayMs).toISOString().slice(0, 10) };
    }
    const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(cell.normalize('NFKC').replaceAll(' ', ''));
    if (match === null) return dateFault;
    const [, year = '', month = '', date = ''] = match;
    const value = `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
    return Number.isNaN(Date.parse(value)) ? dateFault : { value };
  },
};

const dateFault = fault('date', '应为日期，如 2026-12-31', 'must be a date such as 2026-12-31');

/** "发明专利 ZL 2024 1 0000000.1 已授权；软件著作权 2024SR0000001" */
export const patents: Reader = {
  vocabulary: 'ipr-kinds',
  isList: true,
  write: writePatents,
  read: (cell, around) => {
    const items: object[] = [];
    for (const part of partsOf(cell, strictly)) {
      const [name = '', ...words] = part.split(/\s+/);
      const found = lookUp('ipr-kinds', shortNames[name] ?? name, around);
      if (!('code' in found)) return found;
      // A number may be written in groups; what comes after its last digit is how the matter stands.
      const others = words.findIndex((word) => /[^\x21-\x7e]/.test(word));
      const last = words.slice(0, others === -1 ? words.length : others).findLastIndex((word) => /\d/.test(word));
      const status = words.slice(last + 1).filter((word) => word !== '-');
      items.push({
        kind: found.code,
        ...(last === -1 ? {} : { number: words.slice(0, last + 1).join(' ') }),
        ...(status.length === 0 ? {} : { status: status.join(' ') }),
      });
    }
    return { value: items };
  },
};

const shortNames: Readonly<Record<string, string>> = {
  发明: '发明专利',
  实用新型: '实用新型专利',
  外观设计: '外观设计专利',
  软件著作权: '计算机软件著作权',
  软著: '计算机软件著作权',
};

/** "某大学 60%；某公司 40%" */
export const shares: Reader = {
  write: writeShares,
  read: (cell) => {
    const owners: object[] = [];
    for (const part of partsOf(cell)) {
      const match = /^(.+?)\s*(\d+(?:\.\d+)?)\s*[%％]$/.exec(part.slice(0, longestPart));
      if (match === null) return fault('share', `“${part}”应写成“单位 60%”`, `"${part}" should be "name 60%"`);
      owners.push({ name: match[1], share: Number(match[2]) });
    }
    return { value: owners };
  },
};
