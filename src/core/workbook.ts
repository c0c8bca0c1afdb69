import { pipeline } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

/**
 * A workbook (ECMA-376, SpreadsheetML) that is made while it is read: rows go out compressed as they come, so
 * a long list needs no more memory than a short one. Text stands in its cell (`inlineStr`), for a table of shared strings
 * would have to be known before the first row.
 * @param rows XML of the rows after the header, some at a time
 * @throws Error beyond 4 GiB of one sheet, which this plain form of ZIP cannot hold
 */
export async function* workbookOf(...sheets: readonly SheetXml[]): AsyncGenerator<Buffer> {
  const zip = new ZipParts();
  yield* parts(zip, sheets);
  for (const [at, sheet] of sheets.entries())
    yield* zip.deflated(`xl/worksheets/sheet${at + 1}.xml`, sheetParts(sheet));
  yield zip.end();
}

/** A cell that is shown in red. */
export interface MarkedCell {
  marked: string | number | null;
}

export interface SheetXml {
  name: string;
  header: readonly string[];
  batches: AsyncIterable<readonly (readonly (string | number | null | MarkedCell)[])[]>;
  isHidden?: boolean;
  validations?: readonly ColumnValidation[];
}

/** What a spreadsheet says and offers where somebody fills in a column. */
export interface ColumnValidation {
  /** From 0. */
  column: number;
  /** Shown beside the cell, at most 255 characters. */
  note: string;
  /** Where the values of the drop-down stand, as `Sheet!$A$2:$A$9`. */
  list?: string;
  /** Whether something else may be written, too. */
  isFree?: boolean;
}

function* parts(zip: ZipParts, sheets: readonly SheetXml[]): Generator<Buffer> {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relations = 'http://schemas.openxmlformats.org/package/2006/relationships';
  const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const documents: [string, string][] = [
    [
      '[Content_Types].xml',
      `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>${sheets.map((_, at) => `<Override PartName="/xl/worksheets/sheet${at + 1}.xml" ContentType="${types}.worksheet+xml"/>`).join('')}<Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/></Types>`,
    ],
    [
      '_rels/.rels',
      `<Relationships xmlns="${relations}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${sheets.map(({ name, isHidden }, at) => `<sheet name="${xmlText(name)}" sheetId="${at + 1}"${isHidden ? ' state="hidden"' : ''} r:id="rId${at + 1}"/>`).join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `<Relationships xmlns="${relations}">${sheets.map((_, at) => `<Relationship Id="rId${at + 1}" Type="${office}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`).join('')}<Relationship Id="rId${sheets.length + 1}" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    ],
    [
      'xl/styles.xml',
      `<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFFFC7CE"/></patternFill></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="0" fontId="0" fillId="2" borderId="0" xfId="0" applyFill="1"/></cellXfs></styleSheet>`,
    ],
  ];
  for (const [path, xml] of documents) yield zip.stored(path, Buffer.from(`${declaration}${xml}`));
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

async function* sheetParts({ header, batches, validations = [] }: SheetXml): AsyncGenerator<Buffer> {
  const letters = header.map((_, at) => columnLetters(at));
  // Chinese takes two columns' width a character.
  const columns = header
    .map((name, at) => {
      const width = Math.min(40, Math.max(12, name.length * 2 + 2));
      return `<col min="${at + 1}" max="${at + 1}" width="${width}" customWidth="1"/>`;
    })
    .join('');
  const top = `${declaration}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>${columns}</cols><sheetData>`;
  yield Buffer.from(`${top}${rowXml(1, header, letters, ' s="1"')}`);
  let number = 1;
  for await (const rows of batches) {
    let xml = '';
    for (const row of rows) {
      number += 1;
      xml += rowXml(number, row, letters, '');
    }
    if (xml !== '') yield Buffer.from(xml);
  }
  yield Buffer.from(`</sheetData>${validationsXml(validations, letters)}</worksheet>`);
}

/** As many rows below the header as a spreadsheet has. */
const lastRow = 1_048_576;

function validationsXml(validations: readonly ColumnValidation[], letters: readonly string[]): string {
  if (validations.length === 0) return '';
  const each = validations.map(({ column, note, list, isFree }) => {
    const type = list === undefined ? '' : ' type="list"';
    const place = `sqref="${letters[column]}2:${letters[column]}${lastRow}"`;
    const refusing = isFree || list === undefined ? '' : ' showErrorMessage="1"';
    const formula = list === undefined ? '' : `<formula1>${xmlText(list)}</formula1>`;
    return `<dataValidation${type} allowBlank="1" showInputMessage="1"${refusing} prompt="${xmlText(note.slice(0, 255))}" ${place}>${formula}</dataValidation>`;
  });
  return `<dataValidations count="${each.length}">${each.join('')}</dataValidations>`;
}

function rowXml(
  number: number,
  cells: readonly (string | number | null | MarkedCell)[],
  letters: readonly string[],
  plainStyle: string,
): string {
  let xml = `<row r="${number}">`;
  for (const [at, given] of cells.entries()) {
    const isMarked = typeof given === 'object' && given !== null;
    const cell = isMarked ? given.marked : given;
    if (!isMarked && (cell === null || cell === '')) continue;
    const place = `r="${letters[at]}${number}"${isMarked ? ' s="2"' : plainStyle}`;
    if (cell === null || cell === '') xml += `<c ${place}/>`;
    else if (typeof cell === 'number') xml += `<c ${place}><v>${cell}</v></c>`;
    else xml += `<c ${place} t="inlineStr"><is><t xml:space="preserve">${xmlText(literal(cell))}</t></is></c>`;
  }
  return `${xml}</row>`;
}

/** 0 -> A, 25 -> Z, 26 -> AA. */
export function columnLetters(at: number): string {
  const letter = String.fromCharCode(65 + (at % 26));
  return at < 26 ? letter : `${columnLetters(Math.floor(at / 26) - 1)}${letter}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** What readers would take for an escape (ECMA-376, ST_Xstring) has its first mark escaped. */
function literal(text: string): string {
  return text.includes('_x') ? text.replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_') : text;
}

/** Text in XML 1.0, without what that cannot hold: control characters and halves of a surrogate pair. */
function xmlText(text: string): string {
  return text
    .replaceAll(/(?![\t\n\r])\p{Cc}|\p{Surrogate}|[\ufffe\uffff]/gu, '')
    .replaceAll(/[&<>"\r]/g, (character) => entities[character] ?? character);
}

interface ZipEntry {
  path: Buffer;
  method: 0 | 8;
  flags: number;
  crc: number;
  packed: number;
  size: number;
  offset: number;
}

const maxBytes = 0xff_ff_ff_ff;

/** Entries of a ZIP file (APPNOTE 6.3) one after the other, and the directory at its end. */
class ZipParts {
  readonly #entries: ZipEntry[] = [];
  #offset = 0;

  stored(path: string, content: Buffer): Buffer {
    const { length } = content;
    const entry = this.#open(path, { method: 0, flags: 0, crc: crc32(content), packed: length, size: length });
    return this.#count(Buffer.concat([localHeader(entry), content]));
  }

  /** Sizes and checksum follow the content: they are not known before (flag bit 3). */
  async *deflated(path: string, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const entry = this.#open(path, { method: 8, flags: 8, crc: 0, packed: 0, size: 0 });
    yield this.#count(localHeader(entry));
    async function* counted(): AsyncGenerator<Buffer> {
      for await (const part of content) {
        entry.crc = crc32(part, entry.crc);
        entry.size += part.length;
        if (entry.size > maxBytes) throw new Error('the sheet is too large for a workbook');
        yield part;
      }
    }
    for await (const part of compressed(counted())) {
      entry.packed += part.length;
      yield this.#count(part);
    }
    const descriptor = Buffer.alloc(16);
    descriptor.writeUInt32LE(0x08_07_4b_50, 0);
    descriptor.writeUInt32LE(entry.crc, 4);
    descriptor.writeUInt32LE(entry.packed, 8);
    descriptor.writeUInt32LE(entry.size, 12);
    yield this.#count(descriptor);
  }

  end(): Buffer {
    const start = this.#offset;
    const directory = Buffer.concat(this.#entries.map(directoryHeader));
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06_05_4b_50, 0);
    end.writeUInt16LE(this.#entries.length, 8);
    end.writeUInt16LE(this.#entries.length, 10);
    end.writeUInt32LE(directory.length, 12);
    end.writeUInt32LE(start, 16);
    return Buffer.concat([directory, end]);
  }

  #open(path: string, entry: Omit<ZipEntry, 'path' | 'offset'>): ZipEntry {
    const opened = { ...entry, path: Buffer.from(path), offset: this.#offset };
    this.#entries.push(opened);
    return opened;
  }

  #count(part: Buffer): Buffer {
    this.#offset += part.length;
    return part;
  }
}

/** In the threads of zlib, not in the event loop. */
async function* compressed(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw();
  // What goes wrong comes out of `deflate` below; this only carries it there.
  pipeline(content, deflate, () => undefined);
  yield* deflate;
}

/** 1 January 1980, the first day that ZIP knows: the same rows make the same file. */
const dosDate = 33;

function localHeader(entry: ZipEntry): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04_03_4b_50, 0);
  writeCommon(header, 4, entry);
  return Buffer.concat([header, entry.path]);
}

function directoryHeader(entry: ZipEntry): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02_01_4b_50, 0);
  header.writeUInt16LE(20, 4);
  writeCommon(header, 6, entry);
  header.writeUInt32LE(entry.offset, 42);
  return Buffer.concat([header, entry.path]);
}

/** What the header before an entry and the one in the directory have in common. */
function writeCommon(header: Buffer, at: number, entry: ZipEntry): void {
  header.writeUInt16LE(20, at);
  header.writeUInt16LE(entry.flags, at + 2);
  header.writeUInt16LE(entry.method, at + 4);
  header.writeUInt16LE(dosDate, at + 8);
  header.writeUInt32LE(entry.crc, at + 10);
  header.writeUInt32LE(entry.packed, at + 14);
  header.writeUInt32LE(entry.size, at + 18);
  header.writeUInt16LE(entry.path.length, at + 22);
}
