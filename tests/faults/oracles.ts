import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';

/** What must have come of what was acknowledged: everything, and nothing else. */
export interface Oracle {
  name: string;
  /** May come more than once under the same key, as what leaves the database may: at least once, under a stable id. */
  mayRepeat: boolean;
  expected(): Promise<string[]>;
  seen(): Promise<string[]>;
}

/** What one oracle found, in effects. */
export interface Effect {
  expected: number;
  lost: number;
  /** Effects of nothing that was acknowledged. */
  uncalledFor: number;
  /** Came again, and may not. */
  duplicated: number;
  /** Came again under the same id, as they may. */
  repeated: number;
}

export interface FaultReport {
  /** Faults that were made: processes killed, servers emptied or taken away. */
  kills: number;
  /** Writes that were answered 2xx, or committed where no API stands between. */
  acknowledged: number;
  /** Answers that a client must not get, each once. */
  wrongAnswers: string[];
  /** Deliveries that are neither done nor coming. */
  dead: number;
  effects: Record<string, Effect>;
  /** What a scenario measures besides, by name with its unit. */
  figures: Record<string, number>;
}

/** Longer than two looks for deliveries whose lease has ended. */
const settleMs = 5_000;
const maxWaitMs = 120_000;

/** Waits until nothing is owed, then holds what came against what was acknowledged. */
export async function settle(
  pool: pg.Pool,
  oracles: readonly Oracle[],
): Promise<Pick<FaultReport, 'dead' | 'effects'> & { drainSeconds: number }> {
  const start = performance.now();
  await drained(pool);
  const drainSeconds = (performance.now() - start) / 1_000;
  await delay(settleMs);
  const dead = await countOwed(pool, "status <> 'done'");
  const effects: FaultReport['effects'] = {};
  for (const oracle of oracles) effects[oracle.name] = await hold(oracle);
  return { drainSeconds, dead, effects };
}

/** What a run shows against the promise that nothing acknowledged is lost; a run that tried nothing shows nothing. */
export function complaintsOf(report: FaultReport): string[] {
  const complaints = [...report.wrongAnswers];
  if (report.kills === 0) complaints.push('no fault was made');
  if (report.acknowledged === 0) complaints.push('nothing was acknowledged');
  if (report.dead > 0) complaints.push(`${report.dead} deliveries are not done`);
  if (Object.keys(report.effects).length === 0) complaints.push('no effect was looked for');
  for (const [name, { expected, lost, uncalledFor, duplicated }] of Object.entries(report.effects)) {
    if (expected === 0) complaints.push(`${name}: none was expected`);
    if (lost + uncalledFor + duplicated > 0)
      complaints.push(`${name}: of ${expected} are ${lost} lost, ${uncalledFor} uncalled for, ${duplicated} double`);
  }
  return complaints;
}

/** As long as what is owed becomes less: how long that may take depends on how much was written. */
async function drained(pool: pg.Pool): Promise<void> {
  for (let least = Number.POSITIVE_INFINITY; least > 0; ) {
    let owed = least;
    await until(`less is owed than ${least}`, async () => {
      owed = await countOwed(pool, "status in ('pending', 'published')");
      return owed < least;
    });
    least = owed;
    await delay(50);
  }
}

export async function until(what: string, isSo: () => Promise<boolean>, everyMs = 10): Promise<void> {
  const deadline = performance.now() + maxWaitMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ${maxWaitMs / 1_000} s: ${what}`);
    await delay(everyMs);
  }
}

export async function keysOf(pool: pg.Pool, query: string, values: unknown[] = []): Promise<string[]> {
  return (await pool.query<{ key: string }>(query, values)).rows.map((row) => row.key);
}

/** Matches are refreshed as often as records change, and leave nothing behind that could be counted here. */
async function countOwed(pool: pg.Pool, which: string): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int as count from deliveries where handler <> 'refresh-matches' and ${which}`,
  );
  return rows[0]?.count ?? 0;
}

async function hold({ mayRepeat, expected, seen }: Oracle): Promise<Effect> {
  const [wanted, came] = [new Set(await expected()), await seen()];
  const distinct = new Set(came);
  const again = came.length - distinct.size;
  return {
    expected: wanted.size,
    lost: [...wanted].filter((key) => !distinct.has(key)).length,
    uncalledFor: [...distinct].filter((key) => !wanted.has(key)).length,
    duplicated: mayRepeat ? 0 : again,
    repeated: mayRepeat ? again : 0,
  };
}
