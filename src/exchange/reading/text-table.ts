import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { bareCell } from '../../core/spreadsheets.ts';
import { type Cell, type RawRow, type TableFacts, TableFault, tableLimits } from './table.ts';

const chunkBytes = 64 * 1024;

/** A text file of comma, semicolon or tab separated values (RFC 4180), in UTF-8, UTF-16 with its mark, or GB18030. */
export async function openTextTable(
  file: FileHandle,
): Promise<{ facts: TableFacts; rows(): AsyncGenerator<RawRow[]> }> {
  const encoding = await encodingOf(file);
  const facts: TableFacts = { format: 'csv', encoding, sheet: null, merges: [], from1904: false };
  return { facts, rows: () => rowsOf(file, encoding) };
}

/** Read whole for it: what is valid UTF-8 to its end is that, for in GB18030 nothing longer is by accident. */
async function encodingOf(file: FileHandle): Promise<string> {
  const head = Buffer.alloc(2);
  await file.read(head, 0, 2, 0);
  if (head[0] === 0xff && head[1] === 0xfe) return await checked(file, 'utf-16le');
  if (head[0] === 0xfe && head[1] === 0xff) return await checked(file, 'utf-16be');
  try {
    return await checked(file, 'utf-8');
  } catch {
    return await checked(file, 'gb18030');
  }
}

async function checked(file: FileHandle, encoding: string): Promise<string> {
  for await (const text of decoded(file, encoding)) if (text.includes('\0')) throw new TableFault('not_a_table');
  return encoding;
}

async function* decoded(file: FileHandle, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const chunk = Buffer.alloc(chunkBytes);
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, position);
    position += bytesRead;
    let text: string;
    try {
      text = decoder.decode(chunk.subarray(0, bytesRead), { stream: bytesRead > 0 });
    } catch {
      throw new TableFault('encoding');
    }
    if (text !== '') yield text;
    if (bytesRead === 0) return;
  }
}

async function* rowsOf(file: FileHandle, encoding: string): AsyncGenerator<RawRow[]> {
  const parser = parse({
    delimiter: await delimiterOf(file, encoding),
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: tableLimits.recordCharacters,
  });
  const source = Readable.from(decoded(file, encoding));
  // An error of the source must end the parser, or nobody would hear of it.
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let number = 0;
  let count = 0;
  let batch: RawRow[] = [];
  try {
    for await (const record of parser as AsyncIterable<string[]>) {
      number += 1;
      const cells = record.map(cellOf);
      if (cells.every((cell) => cell === null)) continue;
      if (cells.findLastIndex((cell) => cell !== null) >= tableLimits.columns)
        throw new TableFault('too_many_columns', String(number));
      count += 1;
      if (count > tableLimits.rows) throw new TableFault('too_many_rows');
      batch.push({ number, cells });
      if (batch.length === 100) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    throw faultOf(error, number);
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (batch.length > 0) yield batch;
}

function faultOf(error: unknown, number: number): unknown {
  if (!(error instanceof CsvError)) return error;
  const line = String('lines' in error && typeof error.lines === 'number' ? error.lines : number + 1);
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') return new TableFault('open_quote', line);
  if (error.code === 'CSV_MAX_RECORD_SIZE') return new TableFault('long_line', line);
  return new TableFault('broken_file', error.message);
}

/** What the first line has most of, outside quotes. */
async function delimiterOf(file: FileHandle, encoding: string): Promise<string> {
  for await (const text of decoded(file, encoding)) {
    const [line = ''] = text
      .replace(/^\uFEFF/, '')
      .replaceAll(/"[^"]*"/g, '')
      .split(/[\r\n]/);
    const counts = [',', '\t', ';'].map((mark) => ({ mark, count: line.split(mark).length }));
    return counts.reduce((best, one) => (one.count > best.count ? one : best)).mark;
  }
  return ',';
}

/** A formula is one in a text file, too. An apostrophe before what looks like one, as exports have it, says that it is text. */
function cellOf(text: string): Cell {
  const bare = text.replace(/^\uFEFF/, '').trim();
  if (bare === '') return null;
  if (/^[=@]/.test(bare) || /^[+-](?![\d.\s])/.test(bare)) return { refused: 'formula' };
  return bareCell(bare);
}
