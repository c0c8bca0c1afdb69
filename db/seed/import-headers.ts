import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/** By kind of record, and the names that a column of a spreadsheet goes by: first the one that templates have. */
export type ImportHeaders = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Reads on each call: call it once per process. */
export function loadImportHeaders(): ImportHeaders {
  return JSON.parse(readFileSync(join(packageRoot(), 'db', 'seed', 'import-headers.json'), 'utf8')) as ImportHeaders;
}
