import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import readXlsxFile from 'read-excel-file/node';
import { expect, test } from 'vitest';
import { csvOf, escapeCell, jsonOf, xlsxOf } from '../../../src/core/spreadsheets.ts';

async function textOf(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}

async function* batches(...rows: (string | number | null)[][][]) {
  yield* rows;
}

test('text that a spreadsheet would take for a formula gets an apostrophe; numbers and other text stay', () => {
  for (const start of ['=', '+', '-', '@', '\t', '\r', '\0']) expect(escapeCell(`${start}x`)).toBe(`'${start}x`);
  for (const cell of ['x=1', '', ' =1', -5, null]) expect(escapeCell(cell)).toBe(cell);
});

test('CSV of any text is read back by another reader as it was, formulas aside', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 20 }).map((value) => value.replaceAll(/[\uFEFF\0]/g, ''));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), async (rows) => {
      const csv = await textOf(csvOf(['甲', '乙'], batches(rows)));
      const read: string[][] = parse(csv, { bom: true, relax_column_count: true });
      expect(read).toEqual([['甲', '乙'], ...rows.map((row) => row.map(escapeCell))]);
    }),
    { numRuns: 100 },
  );
});

test('JSON of many batches, of empty ones and of none is one array', async () => {
  expect(JSON.parse(await textOf(jsonOf(['甲'], batches([['x'], [1]], [], [[null]]))))).toEqual([
    { 甲: 'x' },
    { 甲: 1 },
    { 甲: null },
  ]);
  expect(await textOf(jsonOf(['甲'], batches()))).toBe('[]');
});

test('a workbook is read back by another reader: amounts as numbers to the yuan, codes as text', async () => {
  const amounts = [0, 1, 9_999, 1_234_567, 999_999_999_999];
  const rows = amounts.map((cny, at) => [`0${at}`, cny / 10_000, null]);
  const [sheet] = await readXlsxFile(await xlsxOf('表', ['代码', '金额（万元）', '空'], rows));
  expect(sheet?.data.slice(1).map((row) => [row[0], Math.round(Number(row[1]) * 10_000)])).toEqual(
    amounts.map((cny, at) => [`0${at}`, cny]),
  );
});
