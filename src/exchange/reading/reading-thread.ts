import { parentPort, workerData } from 'node:worker_threads';
import { openTable } from './open-table.ts';
import { type RawRow, rowsAtOnce, type TableFacts, TableFault } from './table.ts';

/** What the thread says. After rows it waits until it is asked for more. */
export type Said =
  | { facts: TableFacts }
  | { rows: RawRow[] }
  | { end: true }
  | { fault: Pick<TableFault, 'code' | 'detail'> };

const port = parentPort;
const { path } = workerData as { path: string };

function say(said: Said): void {
  port?.postMessage(said);
}

function isAsked(): Promise<void> {
  return new Promise((resolve) => port?.once('message', () => resolve()));
}

async function read(): Promise<void> {
  let waiting: RawRow[] = [];
  for await (const part of openTable(path)) {
    if (!Array.isArray(part)) {
      say({ facts: part });
      continue;
    }
    waiting.push(...part);
    while (waiting.length >= rowsAtOnce) {
      say({ rows: waiting.slice(0, rowsAtOnce) });
      waiting = waiting.slice(rowsAtOnce);
      await isAsked();
    }
  }
  if (waiting.length > 0) say({ rows: waiting });
  say({ end: true });
}

read().catch((error: unknown) => {
  if (!(error instanceof TableFault)) throw error;
  say({ fault: { code: error.code, detail: error.detail } });
});
