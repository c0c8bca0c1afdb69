import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { readConfig } from '../../src/config.ts';
import { emit } from '../../src/core/outbox.ts';
import { transaction } from '../../src/core/transaction.ts';
import { createDeps } from '../../src/deps.ts';
import { createLog } from '../../src/log.ts';

/** What bench/search-rebuild.ts tells its writer at the start. */
export interface WriterTask {
  databaseUrl: string;
  dataDir: string;
  writesPerSecond: number;
}

/** The writer's only words: that it is ready, and at the end how many transactions were committed. */
export type WriterReport = 'ready' | { writes: number };

/** Fewer than the pool has connections. */
const writersAtOnce = 20;

// In a process of its own, so that the rebuild does not keep it from writing. Titles are changed when it is their turn,
// whether or not those before have been written (open loop): from the word to start until the word to stop.
if (process.send !== undefined) await write(JSON.parse(process.argv[2] ?? '{}'));

async function write({ databaseUrl, dataDir, writesPerSecond }: WriterTask): Promise<void> {
  const deps = await createDeps(readConfig({ DATABASE_URL: databaseUrl, DATA_DIR: dataDir, LOG_LEVEL: 'error' }), {
    log: createLog({ logLevel: 'error' }),
  });
  const ctx = deps.ctxFor({ kind: 'system', name: 'bench' });
  const { rows } = await deps.db.execute<{ id: string }>(
    sql`select id from demands where status = 'published' order by id`,
  );
  let writes = 0;
  let turn = 0;
  let isOver = false;

  async function changeTitles(startMs: number): Promise<void> {
    for (;;) {
      const mine = turn++;
      await pause(Math.max(0, startMs + (mine * 1_000) / writesPerSecond - performance.now()));
      if (isOver) return;
      const id = rows[(mine * 7) % rows.length]?.id ?? '';
      await transaction(ctx, async (tx) => {
        await tx.execute(
          sql`update demands set title = left(title, 40) || content_version, content_version = content_version + 1 where id = ${id}`,
        );
        await emit(tx, ctx, { type: 'demand.changed', subjectType: 'demand', subjectId: id });
      });
      writes += 1;
    }
  }

  const tell = (report: WriterReport) => process.send?.(report);
  process.once('message', () => {
    const startMs = performance.now();
    const writing = Promise.all(Array.from({ length: writersAtOnce }, () => changeTitles(startMs)));
    process.once('message', async () => {
      isOver = true;
      await writing;
      tell({ writes });
      await deps.close();
      process.disconnect();
    });
  });
  tell('ready');
}
