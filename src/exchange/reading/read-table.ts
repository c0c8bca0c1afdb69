import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { moduleBeside, threadSource } from '../../core/thread-module.ts';
import type { Said } from './reading-thread.ts';
import { type RawRow, type TableFacts, TableFault, tableLimits } from './table.ts';

const module = moduleBeside('reading-thread', import.meta.url);

/**
 * Reads a spreadsheet in a thread of its own, which has little memory and little time: whatever a file does to its reader
 * is done to that thread. First the facts, then rows, some at a time; the thread reads on when more are asked for.
 * @throws TableFault for a file that cannot be taken
 */
export async function* readTable(path: string): AsyncGenerator<TableFacts | RawRow[]> {
  const { source, ...options } = threadSource(module);
  const worker = new Worker(source, {
    name: 'read-table',
    ...options,
    workerData: { path },
    resourceLimits: { maxOldGenerationSizeMb: tableLimits.threadHeapMb, maxYoungGenerationSizeMb: 32 },
  });
  const said: Said[] = [];
  let wake = () => {};
  let end: Error | null = null;
  worker.on('message', (message: Said) => {
    said.push(message);
    wake();
  });
  worker.on('error', (error: NodeJS.ErrnoException) => {
    end = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new TableFault('too_slow') : error;
    wake();
  });
  worker.on('exit', () => {
    end ??= new TableFault('too_slow');
    wake();
  });
  const timer = setTimeout(() => void worker.terminate(), tableLimits.milliseconds);
  try {
    for (;;) {
      const message = said.shift();
      if (message === undefined) {
        if (end !== null) throw end;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if ('end' in message) return;
      if ('fault' in message) throw new TableFault(message.fault.code, message.fault.detail);
      if ('facts' in message) yield message.facts;
      else {
        yield message.rows;
        worker.postMessage('more');
      }
    }
  } finally {
    clearTimeout(timer);
    await Promise.all([worker.terminate(), end === null ? once(worker, 'exit').catch(() => undefined) : undefined]);
  }
}
