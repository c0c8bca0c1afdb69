import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { createDatabase, createPool } from '../db/client.ts';
import { startEmbeddedPostgres } from '../db/embedded/start.ts';
import { migrateDatabase } from '../db/migrate.ts';
import type { UserActor } from '../src/core/actor.ts';
import type { Ctx } from '../src/core/ctx.ts';
import { readDesk } from '../src/desk/service.ts';
import { territoryOf } from '../src/organizations/service.ts';
import { seedDesk } from './desk-rows.ts';

/**
 * How long a market's desk takes over a full platform, for a county, a city, a province and the root, and whether any of
 * its queries reads a table from end to end: `npm run bench:desk -- [--records 100000] [--runs 9]`
 */
const { values: flags } = parseArgs({
  options: { records: { type: 'string', default: '100000' }, runs: { type: 'string', default: '9' } },
});
const records = Number(flags.records);
const runs = Number(flags.runs);

const dataDir = join(tmpdir(), `duijie-bench-${randomUUID()}`);
const server = await startEmbeddedPostgres({ dataDir });
try {
  await migrateDatabase(server.url);
  const pool = createPool(server.url, (error) => console.error(error.message));
  const db = createDatabase(pool);
  const now = new Date('2026-11-23T02:00:00.000Z');
  // The owner's: the application's role may not analyze, and has a statement timeout.
  const owner = new pg.Pool({ connectionString: server.url });
  const markets = await seedDesk(owner, records, now);
  await owner.end();
  console.log(`${records} demands and as many results, ${process.platform}, Node ${process.version}`);

  /** Every statement that a read sends, to be explained afterwards. */
  const sent: { text: string; values: unknown[] }[] = [];
  const query = pool.query.bind(pool);
  let listening = false;
  pool.query = ((statement: { text: string }, values: unknown[]) => {
    if (listening) sent.push({ text: statement.text, values });
    return query(statement, values);
  }) as typeof pool.query;

  for (const [name, marketId] of Object.entries(markets)) {
    const actor: UserActor = {
      kind: 'user',
      userId: randomUUID(),
      administrator: false,
      emailVerified: true,
      locale: 'zh-CN',
      organizationId: marketId,
      organizationKind: 'market',
      organizationStatus: 'verified',
      role: 'director',
      marketIds: await territoryOf(db, marketId),
      scopes: null,
    };
    const ctx = { actor, db, clock: { now: () => now }, log: console } as unknown as Ctx;
    const times: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const began = performance.now();
      await readDesk(ctx, {});
      times.push(performance.now() - began);
    }
    sent.length = 0;
    listening = true;
    const desk = await readDesk(ctx, {});
    listening = false;
    const sequential = new Set<string>();
    for (const { text, values } of sent) {
      const { rows } = await query(`explain (format json) ${text}`, values);
      for (const [, table] of JSON.stringify(rows).matchAll(/"Seq Scan"[^}]*?"Relation Name":"(\w+)"/g))
        if (table !== undefined) sequential.add(table);
    }
    const counts = [...desk.waiting, ...desk.late].map(({ count, more }) => `${count}${more ? '+' : ''}`).join(' ');
    const sorted = times.sort((a, b) => a - b);
    console.log(
      `${name.padEnd(9)} ${String(actor.marketIds.length).padStart(5)} markets  min ${sorted[0]?.toFixed(1)} ms  median ${sorted[runs >> 1]?.toFixed(1)} ms  counts ${counts}  read whole: ${[...sequential].join(', ') || 'none'}`,
    );
  }
  await pool.end();
} finally {
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
