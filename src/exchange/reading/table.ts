import type { Text } from '../../core/text.ts';

/** What a cell holds: text, a number, nothing; or something that is not taken for a value, and why. */
export type Cell = string | number | null | { refused: 'formula' | 'error' | 'merged' };

export interface RawRow {
  /** As the spreadsheet counts, from 1. */
  number: number;
  cells: Cell[];
}

/** What the file as a whole was read as. */
export interface TableFacts {
  format: 'xlsx' | 'csv';
  /** Of a text file. */
  encoding: string | null;
  /** Of a workbook. */
  sheet: string | null;
  /** Ranges such as C2:D2. */
  merges: string[];
  /** Days are counted from 1904 on, as old Macintoshes did. */
  from1904: boolean;
}

export const tableLimits = {
  fileBytes: 20 * 2 ** 20,
  /** Of all parts together, counted while they are inflated: what a part says of its own size is not believed. */
  inflatedBytes: 200 * 2 ** 20,
  zipEntries: 1_000,
  columns: 200,
  /** With the header and what is above it. */
  rows: 20_100,
  /** Characters of one line of a text file. */
  recordCharacters: 2 ** 20,
  /** Characters in the table of strings that a workbook's cells share. */
  sharedCharacters: 40 * 2 ** 20,
  merges: 20_000,
  milliseconds: 60_000,
  threadHeapMb: 192,
} as const;

/** Rows that are handed over at once. */
export const rowsAtOnce = 200;

const mebibytes = (bytes: number) => `${bytes / 2 ** 20} MiB`;

/** Why a file is refused as a whole. `{…}` stands for a detail. */
export const tableFaults = {
  empty_file: { zh: '文件是空的', en: 'the file is empty' },
  not_a_table: {
    zh: '不是可识别的表格；请上传 .xlsx 或 .csv',
    en: 'this is no spreadsheet; send .xlsx or .csv',
  },
  old_format: {
    zh: '旧版 .xls 或加密的工作簿不能读取；请另存为不加密的 .xlsx',
    en: 'an old .xls, or an encrypted workbook, cannot be read; save it as .xlsx without a password',
  },
  broken_file: { zh: '文件已损坏：{detail}', en: 'the file is broken: {detail}' },
  too_many_parts: {
    zh: `压缩包内文件过多（上限 ${tableLimits.zipEntries}）`,
    en: `the workbook has too many parts (at most ${tableLimits.zipEntries})`,
  },
  too_large_inside: {
    zh: `解压后超过 ${mebibytes(tableLimits.inflatedBytes)}，拒绝继续读取`,
    en: `the workbook unpacks to more than ${mebibytes(tableLimits.inflatedBytes)}; it was not read on`,
  },
  declares_types: {
    zh: '工作簿含有 DOCTYPE 声明或实体定义，拒绝读取',
    en: 'the workbook declares a document type or entities, which is refused',
  },
  too_many_columns: {
    zh: `第 {row} 行超过 ${tableLimits.columns} 列`,
    en: `row {row} has more than ${tableLimits.columns} columns`,
  },
  too_many_rows: {
    zh: '行数过多（上限 20,000 行）；请拆分后分别上传',
    en: 'there are too many rows (at most 20,000); split the file',
  },
  encoding: {
    zh: '文字编码既不是 UTF-8 也不是 GB18030；请另存为 UTF-8 的 CSV 或 .xlsx',
    en: 'the text is neither UTF-8 nor GB18030; save it as CSV in UTF-8, or as .xlsx',
  },
  open_quote: {
    zh: '引号没有配对：第 {row} 行附近的双引号没有结束',
    en: 'a double quote near line {row} is never closed',
  },
  long_line: {
    zh: '第 {row} 行附近的一行过长，可能是引号没有配对',
    en: 'a line near {row} is too long; perhaps a double quote is never closed',
  },
  no_sheet: { zh: '工作簿里没有工作表', en: 'the workbook has no sheet' },
  too_slow: {
    zh: '文件过于复杂，未能在限定的时间和内存内读完',
    en: 'the file is too complex to be read within its limits',
  },
  no_rows: { zh: '表头之下没有数据行', en: 'there is no row below the header' },
  no_header: {
    zh: '没有找到表头：前 10 行里没有一行含有“{detail}”。请使用下载的模板，或检查列名',
    en: 'no header was found: none of the first 10 rows has "{detail}". Use the template, or see to the names of the columns',
  },
  merged_header: {
    zh: '表头有合并单元格（{detail}）；请取消合并，每列一个列名',
    en: 'the header has merged cells ({detail}); undo the merging, and name each column',
  },
  same_header: {
    zh: '列名重复：{detail}',
    en: 'two columns have the same meaning: {detail}',
  },
} as const satisfies Record<string, Text>;

export type TableFaultCode = keyof typeof tableFaults;

/** The file as a whole cannot be taken. */
export class TableFault extends Error {
  readonly code: TableFaultCode;
  readonly detail: string;

  constructor(code: TableFaultCode, detail = '') {
    super(`${code} ${detail}`);
    this.code = code;
    this.detail = detail;
  }
}

export function tableFaultText({ code, detail }: Pick<TableFault, 'code' | 'detail'>): Text {
  const put = (text: string) => text.replaceAll(/\{(row|detail)\}/g, detail);
  return { zh: put(tableFaults[code].zh), en: put(tableFaults[code].en) };
}
