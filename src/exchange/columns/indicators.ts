import { fault, longestPart, partsOf, strictly } from './cells.ts';
import type { Reader, Reading } from './column.ts';
import { writeIndicators } from './writers.ts';

const comparators: Readonly<Record<string, string>> = {
  '>=': '>=',
  '≥': '>=',
  不低于: '>=',
  不小于: '>=',
  '<=': '<=',
  '≤': '<=',
  不高于: '<=',
  不大于: '<=',
  '=': '=',
  ':': '=',
};
const number = String.raw`(-?\d+(?:\.\d+)?)`;
const tail = String.raw`\s*${number}(?:\s*[~～–—至-]\s*${number})?\s*([^\d\s].*)?$`;
/** The plainest sign goes first: "比例 1:3 ≥ 5 %" is at least five percent of what is called "比例 1:3". */
const indicatorShapes = ['(>=|≥|不低于|不小于|<=|≤|不高于|不大于)', '(=|:)', String.raw`((?=\s))`].map(
  (sign) => new RegExp(String.raw`^(.+?)\s*${sign}${tail}`, 'd'),
);

/** Full-width forms as the plain ones, each where it stood. */
function narrow(wording: string): string {
  return wording
    .replaceAll(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ');
}

function indicatorsOf(cell: string | number, shape: (found: IndicatorParts) => object): Reading {
  const indicators: object[] = [];
  // A comma may part thousands.
  for (const part of partsOf(cell, strictly)) {
    const mustHave = part.startsWith('★');
    // Runs of blanks, and what is longer than any indicator, would take the patterns long.
    const wording = part
      .slice(mustHave ? 1 : 0, longestPart)
      .replaceAll(/\s+/g, ' ')
      .trim();
    const plain = narrow(wording);
    const match = indicatorShapes.map((one) => one.exec(plain)).find((found) => found !== null);
    if (match?.indices === undefined || part.length > longestPart)
      return fault(
        'indicator',
        `“${wording}”应写成“名称 ≥ 数值 单位”，多项以分号隔开`,
        `"${wording}" should be "name >= value unit", several parted by semicolons`,
      );
    const [, , sign = '', from = '', to] = match;
    // Names and units as they were written, brackets and all.
    const [, name, , , , unit] = match.indices.map((place) => (place === undefined ? '' : wording.slice(...place)));
    indicators.push(
      shape({
        name: name?.trim() ?? '',
        comparator: comparators[sign] ?? '=',
        from: Number(from),
        to,
        unit: unit?.trim() ?? '',
        mustHave,
      }),
    );
  }
  return { value: indicators };
}

interface IndicatorParts {
  name: string;
  comparator: string;
  from: number;
  to: string | undefined;
  unit: string;
  mustHave: boolean;
}

/** "★铟纯度 ≥ 99.9999 %；回收率 85~95 %" */
export const demandIndicators: Reader = {
  write: writeIndicators,
  read: (cell) =>
    indicatorsOf(cell, ({ name, comparator, from, to, unit, mustHave }) => ({
      name,
      ...(to === undefined ? { comparator, value: from } : { comparator: 'between', min: from, max: Number(to) }),
      unit,
      ...(mustHave ? { mustHave } : {}),
    })),
};

export const resultIndicators: Reader = {
  write: writeIndicators,
  read: (cell) =>
    indicatorsOf(cell, ({ name, from, to, unit }) =>
      to === undefined ? { name, value: from, unit } : { name, min: from, max: Number(to), unit },
    ),
};
