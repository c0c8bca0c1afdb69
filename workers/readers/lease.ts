import { sql } from 'drizzle-orm';
import type { Database } from '../../db/client.ts';
import { isLockTimeout } from '../../src/core/pg-errors.ts';
import type { Db } from '../../src/core/transaction.ts';

/** Well within the time after which the server ends a transaction that says nothing. */
const keepAliveMs = 15_000;
/** Within a statement's time limit. */
const patienceMs = 15_000;
/** A reader's batch may last as long as the engine takes for it. */
const maxAttempts = 40;

/**
 * Held to the end of the transaction. An advisory lock, since a row lock would give the transaction an id and so hold
 * the horizon of every reader back while this one works.
 */
export async function tryLockReader(tx: Db, name: string): Promise<boolean> {
  const { rows } = await tx.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtextextended('duijie.reader.' || ${name}, 0)) as locked`,
  );
  return rows[0]?.locked === true;
}

/** Runs the work while nobody else reads under that name; null, without running it, when somebody does. */
export async function withLeaseIfFree<T>(
  db: Database,
  name: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T | null> {
  return await db.transaction(async (tx) =>
    (await tryLockReader(tx, name)) ? await keptAlive(tx, () => unlessAborted(signal, work)) : null,
  );
}

/**
 * As soon as the reader of that name has finished its batch, runs the work in its place.
 * @throws the database's lock timeout when it does not finish in ten minutes
 */
export async function withLease<T>(
  db: Database,
  name: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    let isOurs = false;
    try {
      return await db.transaction(async (tx) => {
        await tx.execute(sql`select set_config('lock_timeout', ${`${patienceMs}ms`}, true)`);
        await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('duijie.reader.' || ${name}, 0))`);
        isOurs = true;
        return await keptAlive(tx, () => unlessAborted(signal, work));
      });
    } catch (error) {
      if (isOurs || !isLockTimeout(error) || attempt === maxAttempts) throw error;
    }
  }
}

/**
 * The work of a lease may outlast what the database lets a transaction be idle.
 * @throws when the transaction, and with it the lease, is lost meanwhile
 */
export async function keptAlive<T>(tx: Db, work: () => Promise<T>): Promise<T> {
  let lastSign: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const lost = new Promise<never>((_, reject) => {
    timer = setInterval(() => {
      lastSign = tx.execute(sql`select 1`).catch(reject);
    }, keepAliveMs);
  });
  try {
    return await Promise.race([work(), lost]);
  } finally {
    clearInterval(timer);
    await lastSign;
  }
}

/** Ends the wait, not the work: for what cannot be broken off and may be done once more. */
export async function unlessAborted<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
  if (signal === undefined) return await work();
  signal.throwIfAborted();
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
