import { open } from 'node:fs/promises';
import { type RawRow, type TableFacts, TableFault } from './table.ts';
import { openTextTable } from './text-table.ts';
import { WorkbookReader } from './workbook.ts';

/** First the facts, then rows, some at a time. @throws TableFault for a file that cannot be taken */
export async function* openTable(path: string): AsyncGenerator<TableFacts | RawRow[]> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(8);
    const { bytesRead } = await file.read(head, 0, 8, 0);
    if (bytesRead === 0) throw new TableFault('empty_file');
    // An OLE compound file: the old format, and the envelope of an encrypted new one.
    if (head.toString('hex') === 'd0cf11e0a1b11ae1') throw new TableFault('old_format');
    const isZip = head.subarray(0, 2).toString() === 'PK';
    const table = isZip ? await WorkbookReader.open(file.fd) : await openTextTable(file);
    yield table.facts;
    yield* table.rows();
  } finally {
    await file.close();
  }
}
