import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import readXlsxFile from 'read-excel-file/node';
import { expect, test } from 'vitest';
import { bareCell, csvOf, escapeCell, jsonOf, xlsxOf } from '../../../src/core/spreadsheets.ts';

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
  for (const text of ['=x', "'=x", "''-", "'x", '@']) expect(bareCell(String(escapeCell(text)))).toBe(text);
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

async function bytesOf(parts: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const part of parts) all.push(part);
  return Buffer.concat(all);
}

test('a workbook is read back by another reader: amounts as numbers to the yuan, codes as text', async () => {
  const amounts = [0, 1, 9_999, 1_234_567, 999_999_999_999];
  const rows = amounts.map((cny, at) => [`0${at}`, cny / 10_000, null]);
  const [sheet] = await readXlsxFile(await bytesOf(xlsxOf('表', ['代码', '金额（万元）', '空'], batches(rows))));
  expect(sheet?.sheet).toBe('表');
  expect(sheet?.data.slice(1).map((row) => [row[0], Math.round(Number(row[1]) * 10_000)])).toEqual(
    amounts.map((cny, at) => [`0${at}`, cny]),
  );
});

test('text in a workbook comes back as it was, markup, line ends and all; what XML cannot hold is left out', async () => {
  const texts = ['<b>&amp;"\'', ' 空白 ', '一行\r\n二行\t三', '𠀀🧪', '\u0001甲\u0000乙\ufffe丙', '半\ud800个'];
  const back = ['<b>&amp;"\'', ' 空白 ', '一行\r\n二行\t三', '𠀀🧪', '甲乙丙', '半个'];
  const header = texts.map((_, at) => `列${at}`);
  const [sheet] = await readXlsxFile(await bytesOf(xlsxOf('<表>', header, batches([texts]))), { trim: false });
  expect([sheet?.sheet, sheet?.data[1]]).toEqual(['<表>', back]);
});

test('a workbook of many batches and of more columns than letters has every cell in its place', async () => {
  const header = Array.from({ length: 60 }, (_, at) => `列${at}`);
  const rows = Array.from({ length: 300 }, (_, row) => header.map((_, at) => row * 100 + at));
  const parts = batches(rows.slice(0, 100), [], rows.slice(100));
  const [sheet] = await readXlsxFile(await bytesOf(xlsxOf('表', header, parts)));
  expect(sheet?.data).toEqual([header, ...rows]);
});

test('a workbook whose rows cannot be read ends with that error', async () => {
  async function* broken() {
    yield [['甲']];
    throw new Error('the database is away');
  }
  await expect(bytesOf(xlsxOf('表', ['列'], broken()))).rejects.toThrow('the database is away');
});
