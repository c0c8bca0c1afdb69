import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { workbookOf } from '../../../src/core/workbook.ts';
import { openTable } from '../../../src/exchange/reading/open-table.ts';
import { readTable } from '../../../src/exchange/reading/read-table.ts';
import { type RawRow, type TableFacts, TableFault } from '../../../src/exchange/reading/table.ts';
import { sheetXml, workbookFile, zipOf } from '../../setup/zip.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'duijie-read-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(
  content: string | Buffer,
  by: typeof openTable = openTable,
): Promise<{ facts: TableFacts | null; rows: RawRow[] }> {
  const path = join(folder, String(files++));
  await writeFile(path, content);
  let facts: TableFacts | null = null;
  const rows: RawRow[] = [];
  for await (const part of by(path)) {
    if (Array.isArray(part)) rows.push(...part);
    else facts = part;
  }
  return { facts, rows };
}

async function refusal(content: string | Buffer, by?: typeof openTable): Promise<[string, string]> {
  try {
    const { rows } = await read(content, by);
    return ['none', `${rows.length} rows`];
  } catch (error) {
    if (error instanceof TableFault) return [error.code, error.detail];
    throw error;
  }
}

describe('a workbook', () => {
  it('is read as other programs write it: shared strings, prefixes, gaps, the first sheet that is shown', async () => {
    const strings =
      '<x:sst xmlns:x="m"><x:si><x:t>名称</x:t></x:si><x:si><x:r><x:t>高</x:t></x:r><x:r><x:t>纯铟</x:t></x:r><x:rPh><x:t>gao</x:t></x:rPh></x:si></x:sst>';
    const sheet =
      '<x:worksheet xmlns:x="m"><x:sheetData><x:row r="3"><x:c r="B3" t="s"><x:v>0</x:v></x:c><x:c r="AA3" t="b"><x:v>1</x:v></x:c></x:row><x:row r="7"><x:c r="B7" t="s"><x:v>1</x:v></x:c><x:c r="C7"><x:v>46348</x:v></x:c><x:c r="D7" t="str"><x:v>a_x000D_&lt;b</x:v></x:c></x:row><x:row r="9"><x:c r="A9"/></x:row></x:sheetData></x:worksheet>';
    const { facts, rows } = await read(workbookFile(sheet, { strings, date1904: true }));
    expect(facts).toMatchObject({ format: 'xlsx', sheet: '表', from1904: true });
    expect(rows).toEqual([
      { number: 3, cells: [null, '名称', ...Array(24).fill(null), 'TRUE'] },
      { number: 7, cells: [null, '高纯铟', 46348, 'a\r<b'] },
    ]);
  });

  it('that this program wrote is read back', async () => {
    const parts: Buffer[] = [];
    async function* batches() {
      yield [['<甲>&', 1.5, null]];
    }
    for await (const part of workbookOf({ name: '技术需求', header: ['a', 'b', 'c'], batches: batches() }))
      parts.push(part);
    const { facts, rows } = await read(Buffer.concat(parts));
    expect(facts?.sheet).toBe('技术需求');
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['a', 'b', 'c'],
      ['<甲>&', 1.5],
    ]);
  });

  it('hands over formulas, error values and what is merged away as such, not as values', async () => {
    const xml = sheetXml(
      [
        ['名称', '数'],
        [{ xml: '<c><f>1+1</f><v>2</v></c>' }, { xml: '<c t="e"><v>#REF!</v></c>' }],
        ['甲', 1],
        ['乙', 2],
      ],
      '<mergeCells count="1"><mergeCell ref="A3:A4"/></mergeCells>',
    );
    const { rows } = await read(workbookFile(xml));
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['名称', '数'],
      [{ refused: 'formula' }, { refused: 'error' }],
      ['甲', 1],
      [{ refused: 'merged' }, 2],
    ]);
  });
});

describe('text', () => {
  it.each([
    ['UTF-8 with its mark', 'utf-8', Buffer.from('\uFEFF名称,价\r\n"甲\n乙",5\r\n')],
    ['UTF-8', 'utf-8', Buffer.from('名称;价\n"甲\n乙";5')],
    [
      'GB18030',
      'gb18030',
      Buffer.from([
        0xc3, 0xfb, 0xb3, 0xc6, 0x09, 0xbc, 0xdb, 0x0a, 0x22, 0xbc, 0xd7, 0x0a, 0xd2, 0xd2, 0x22, 0x09, 0x35,
      ]),
    ],
    ['UTF-16 with its mark', 'utf-16le', Buffer.from('\uFEFF名称\t价\n"甲\n乙"\t5', 'utf16le')],
  ])('in %s is told by its bytes, its marks by its first line', async (_, encoding, content) => {
    const { facts, rows } = await read(content);
    expect(facts?.encoding).toBe(encoding);
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['名称', '价'],
      ['甲\n乙', '5'],
    ]);
  });

  it('that begins like a formula is one, unless it is a number or an export has marked it as text', async () => {
    const { rows } = await read(`名称,甲,乙,丙,丁,戊\n=1+1,@x,-5,+8.5,'=真的文字,-甲\n`);
    expect(rows[1]?.cells).toEqual([
      { refused: 'formula' },
      { refused: 'formula' },
      '-5',
      '+8.5',
      '=真的文字',
      { refused: 'formula' },
    ]);
  });
});

describe('a file that cannot be taken', () => {
  const bomb = Buffer.alloc(201 * 2 ** 20, 0x20);
  const wide = (cells: number) => Array.from({ length: cells }, (_, at) => `列${at}`);
  const cases: [string, string, () => string | Buffer][] = [
    ['is empty', 'empty_file', () => ''],
    ['is a picture', 'not_a_table', () => Buffer.from('a\0b\0c')],
    ['is no workbook, though a ZIP file', 'not_a_table', () => zipOf({ 'word/document.xml': '<a/>' })],
    ['is cut off', 'broken_file', () => workbookFile(sheetXml([['名称']])).subarray(0, 700)],
    ['is an old or encrypted workbook', 'old_format', () => Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    [
      'grows without end when unpacked',
      'too_large_inside',
      () => workbookFile('<a/>', { extra: { 'xl/worksheets/one.xml': bomb } }),
    ],
    [
      'says that it is small and grows',
      'broken_file',
      () =>
        workbookFile('<a/>', {
          extra: { 'xl/worksheets/one.xml': bomb.subarray(0, 5e6) },
          says: { 'xl/worksheets/one.xml': 900 },
        }),
    ],
    [
      'has ten thousand parts',
      'too_many_parts',
      () => zipOf(Object.fromEntries(Array.from({ length: 1_200 }, (_, at) => [`p${at}`, '']))),
    ],
    [
      'defines entities',
      'declares_types',
      () =>
        workbookFile(
          '<!DOCTYPE a [<!ENTITY e "eeee"><!ENTITY f "&e;&e;">]><worksheet><sheetData><row><c t="str"><v>&f;</v></c></row></sheetData></worksheet>',
        ),
    ],
    [
      'names an entity that nobody defined',
      'broken_file',
      () => workbookFile('<worksheet><sheetData><row><c t="str"><v>&xxe;</v></c></row></sheetData></worksheet>'),
    ],
    ['is badly nested', 'broken_file', () => workbookFile('<worksheet><sheetData></worksheet>')],
    ['has 201 columns', 'too_many_columns', () => workbookFile(sheetXml([wide(201)]))],
    ['has 201 columns of text', 'too_many_columns', () => wide(201).join()],
    ['has 20,101 rows', 'too_many_rows', () => 'a\n'.repeat(20_101)],
    ['is in no encoding that is known', 'encoding', () => Buffer.from([0x61, 0xff, 0xff, 0x80, 0x0a])],
    ['never closes a quote', 'open_quote', () => '名称,价\n"甲,5\n乙,6\n'],
    ['never closes a quote, and is long', 'long_line', () => `名称,价\n"甲${',5\n乙'.repeat(400_000)}`],
  ];
  it.each(cases)('%s: %s', async (_, code, content) => {
    expect((await refusal(content()))[0]).toBe(code);
  });

  it('is refused by the thread in the same words, and rows come out of it in their order', async () => {
    expect(await refusal(wide(201).join(), readTable)).toEqual(['too_many_columns', '1']);
    const { facts, rows } = await read(
      `名称\n${Array.from({ length: 999 }, (_, at) => `第${at}`).join('\n')}`,
      readTable,
    );
    expect(facts?.encoding).toBe('utf-8');
    expect(rows.map(({ number, cells }) => [number, cells[0]])).toEqual(
      rows.map((_, at) => [at + 1, at === 0 ? '名称' : `第${at - 1}`]),
    );
    expect(rows).toHaveLength(1_000);
  });

  it('may have 200 columns', async () => {
    expect((await read(workbookFile(sheetXml([wide(200)])))).rows[0]?.cells).toHaveLength(200);
  });
});
