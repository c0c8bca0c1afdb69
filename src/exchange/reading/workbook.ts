import { SaxesParser } from 'saxes';
import { bareCell } from '../../core/spreadsheets.ts';
import { type Cell, type RawRow, type TableFacts, TableFault, tableLimits } from './table.ts';
import { ZipReader } from './zip.ts';

type Attributes = Record<string, string>;

/** What of a part's XML is listened to; names without their prefix. */
interface Listener {
  open?(name: string, attributes: Attributes): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** The first sheet that is shown of a workbook (ECMA-376), row by row. */
export class WorkbookReader {
  readonly #zip: ZipReader;
  readonly #sheetPath: string;
  readonly #stringsPath: string | null;
  readonly facts: TableFacts;
  readonly #covered = new Map<number, [number, number][]>();

  private constructor(zip: ZipReader, sheetPath: string, stringsPath: string | null, facts: TableFacts) {
    this.#zip = zip;
    this.#sheetPath = sheetPath;
    this.#stringsPath = stringsPath;
    this.facts = facts;
    for (const range of facts.merges) this.#cover(range);
  }

  /** @throws TableFault */
  static async open(fd: number): Promise<WorkbookReader> {
    const zip = await ZipReader.open(fd);
    const workbookPath = await targetOf(zip, '_rels/.rels', '', (type) => type.endsWith('/officeDocument'));
    if (workbookPath === null) throw new TableFault('not_a_table');
    const base = workbookPath.slice(0, workbookPath.lastIndexOf('/') + 1);
    const relations = `${base}_rels/${workbookPath.slice(base.length)}.rels`;
    const sheets: { name: string; relation: string }[] = [];
    let from1904 = false;
    await listen(zip, workbookPath, {
      open(name, attributes) {
        if (name === 'workbookPr') from1904 = ['1', 'true'].includes(attributes.date1904 ?? '');
        if (name === 'sheet' && (attributes.state ?? 'visible') === 'visible')
          sheets.push({ name: attributes.name ?? '', relation: relationOf(attributes) });
      },
    });
    const [sheet] = sheets;
    if (sheet === undefined) throw new TableFault('no_sheet');
    const sheetPath = await targetOf(zip, relations, base, (_, id) => id === sheet.relation);
    if (sheetPath === null || !zip.has(sheetPath)) throw new TableFault('no_sheet');
    const stringsPath = await targetOf(zip, relations, base, (type) => type.endsWith('/sharedStrings'));
    const merges = await mergesOf(zip, sheetPath);
    return new WorkbookReader(zip, sheetPath, stringsPath, {
      format: 'xlsx',
      encoding: null,
      sheet: sheet.name,
      merges,
      from1904,
    });
  }

  /** Rows that hold something. @throws TableFault */
  async *rows(): AsyncGenerator<RawRow[]> {
    const shared = this.#stringsPath === null ? [] : await sharedStrings(this.#zip, this.#stringsPath);
    const sheet = new SheetListener(shared, (row, column) => this.#isCovered(row, column));
    const parser = parserFor(sheet);
    for await (const text of this.#zip.text(this.#sheetPath)) {
      write(parser, text);
      if (sheet.rows.length > 0) yield sheet.rows.splice(0);
    }
    close(parser);
    if (sheet.rows.length > 0) yield sheet.rows.splice(0);
  }

  #cover(range: string): void {
    const match = /^([A-Z]+)(\d+):([A-Z]+)(\d+)$/.exec(range);
    if (match === null) return;
    const [, left = '', top = '', right = '', bottom = ''] = match;
    const columns: [number, number] = [columnOf(left), columnOf(right)];
    const last = Math.min(Number(bottom), Number(top) + tableLimits.rows);
    for (let row = Number(top); row <= last; row += 1)
      this.#covered.set(row, [
        ...(this.#covered.get(row) ?? []),
        row === Number(top) ? [columns[0] + 1, columns[1]] : columns,
      ]);
  }

  /** Whether a merged range hides the cell: its value stands in the range's first. */
  #isCovered(row: number, column: number): boolean {
    return this.#covered.get(row)?.some(([from, to]) => column >= from && column <= to) ?? false;
  }
}

/** 0 for A. */
function columnOf(letters: string): number {
  let column = 0;
  for (const letter of letters) column = column * 26 + letter.charCodeAt(0) - 64;
  return column - 1;
}

class SheetListener implements Listener {
  readonly rows: RawRow[] = [];
  readonly #shared: readonly string[];
  readonly #isCovered: (row: number, column: number) => boolean;
  #row: RawRow = { number: 0, cells: [] };
  #column = -1;
  #type = 'n';
  #text = '';
  #isFormula = false;
  #isValue = false;
  #count = 0;

  constructor(shared: readonly string[], isCovered: (row: number, column: number) => boolean) {
    this.#shared = shared;
    this.#isCovered = isCovered;
  }

  open(name: string, attributes: Attributes): void {
    if (name === 'row') {
      this.#row = { number: Number(attributes.r ?? this.#row.number + 1), cells: [] };
      this.#column = -1;
    } else if (name === 'c') {
      this.#column = attributes.r === undefined ? this.#column + 1 : columnOf(attributes.r.replace(/\d+$/, ''));
      this.#type = attributes.t ?? 'n';
      this.#text = '';
      this.#isFormula = false;
    } else if (name === 'f') this.#isFormula = true;
    else if (name === 'v' || name === 't') this.#isValue = true;
  }

  text(text: string): void {
    if (this.#isValue) this.#text += text;
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#isValue = false;
    else if (name === 'c') this.#endCell();
    else if (name === 'row') this.#endRow();
  }

  #endCell(): void {
    const value = this.#valueOf();
    if (value === null) return;
    if (this.#column >= tableLimits.columns) throw new TableFault('too_many_columns', String(this.#row.number));
    const { cells } = this.#row;
    while (cells.length < this.#column) cells.push(null);
    cells[this.#column] = value;
  }

  #valueOf(): Cell {
    if (this.#isFormula) return { refused: 'formula' };
    const text = this.#text;
    if (this.#type === 's') return bareCell(unescaped(this.#shared[Number(text)] ?? '')) || null;
    if (this.#type === 'e') return { refused: 'error' };
    if (this.#type === 'b') return text === '1' ? 'TRUE' : 'FALSE';
    if (this.#type !== 'n') return bareCell(unescaped(text)) || null;
    const number = Number(text);
    return text === '' || !Number.isFinite(number) ? null : number;
  }

  #endRow(): void {
    const { number, cells } = this.#row;
    for (let column = 0; column < tableLimits.columns; column += 1) {
      if (!this.#isCovered(number, column)) continue;
      while (cells.length < column) cells.push(null);
      cells[column] = { refused: 'merged' };
    }
    if (cells.every((cell) => cell === null)) return;
    this.#count += 1;
    if (this.#count > tableLimits.rows) throw new TableFault('too_many_rows');
    this.rows.push(this.#row);
  }
}

/** Spreadsheets write what XML cannot hold as _x000D_. */
function unescaped(text: string): string {
  return text.includes('_x')
    ? text.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;
}

/** The texts of rich strings without the readings (`rPh`) that stand above them. */
async function sharedStrings(zip: ZipReader, path: string): Promise<string[]> {
  const strings: string[] = [];
  let characters = 0;
  let current = '';
  let isText = false;
  let isReading = false;
  await listen(zip, path, {
    open(name) {
      if (name === 'si') current = '';
      else if (name === 'rPh') isReading = true;
      else if (name === 't') isText = !isReading;
    },
    text(text) {
      if (isText) current += text;
    },
    close(name) {
      if (name === 't') isText = false;
      else if (name === 'rPh') isReading = false;
      else if (name === 'si') {
        characters += current.length + 8;
        if (characters > tableLimits.sharedCharacters) throw new TableFault('too_large_inside');
        strings.push(current);
      }
    },
  });
  return strings;
}

/** They stand behind the rows, which need them. Found in the bare text: that is many times faster than to parse it twice. */
async function mergesOf(zip: ZipReader, path: string): Promise<string[]> {
  const merges: string[] = [];
  let rest = '';
  for await (const text of zip.text(path)) {
    const whole = rest + text;
    const from = whole.lastIndexOf('<');
    for (const [, range = ''] of whole
      .slice(0, from)
      .matchAll(/<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z]+\d+:[A-Z]+\d+)"/g))
      merges.push(range);
    if (merges.length > tableLimits.merges) throw new TableFault('too_large_inside');
    rest = whole.slice(from).slice(0, 65_536);
  }
  return merges;
}

function relationOf(attributes: Attributes): string {
  return Object.entries(attributes).find(([name]) => /(^|:)id$/.test(name))?.[1] ?? '';
}

async function targetOf(
  zip: ZipReader,
  path: string,
  base: string,
  isWanted: (type: string, id: string) => boolean,
): Promise<string | null> {
  if (!zip.has(path)) return null;
  let target: string | null = null;
  await listen(zip, path, {
    open(name, { Type = '', Id = '', Target = '' }) {
      if (name === 'Relationship' && target === null && isWanted(Type, Id))
        target = Target.startsWith('/') ? Target.slice(1) : base + Target.replace(/^\.\//, '');
    },
  });
  return target;
}

async function listen(zip: ZipReader, path: string, listener: Listener): Promise<void> {
  const parser = parserFor(listener);
  for await (const text of zip.text(path)) write(parser, text);
  close(parser);
}

function parserFor(listener: Listener): SaxesParser {
  const parser = new SaxesParser();
  const plain = (name: string) => name.slice(name.indexOf(':') + 1);
  parser.on('opentag', ({ name, attributes }) => listener.open?.(plain(name), attributes as Attributes));
  parser.on('closetag', ({ name }) => listener.close?.(plain(name)));
  parser.on('text', (text) => listener.text?.(text));
  parser.on('cdata', (text) => listener.text?.(text));
  parser.on('doctype', () => {
    throw new TableFault('declares_types');
  });
  parser.on('error', (error) => {
    throw new TableFault('broken_file', error.message);
  });
  return parser;
}

function write(parser: SaxesParser, text: string): void {
  parser.write(text);
}

function close(parser: SaxesParser): void {
  parser.close();
}
