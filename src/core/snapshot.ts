import { sql } from 'drizzle-orm';
import type { Ctx } from './ctx.ts';
import { AppError } from './errors.ts';
import { translatePgError } from './pg-errors.ts';
import { type Tx, tellActor } from './transaction.ts';

/** Between two reads, while whoever takes what was read is slow; who takes nothing at all is cut long before. */
const idleTimeout = '5min';

/**
 * One moment of the database to read from, page by page, for as long as that takes: a connection and a transaction of its own, so
 * that the time of a statement binds each page and not the whole. Row-level security sees the actor.
 */
export class Snapshot {
  readonly #tx: Tx;
  readonly #end: () => Promise<void>;
  #isOver = false;

  constructor(tx: Tx, end: () => Promise<void>) {
    this.#tx = tx;
    this.#end = end;
  }

  /** @throws AppError UNAVAILABLE after it was closed: its connection serves others then */
  async read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    if (this.#isOver) {
      throw new AppError('UNAVAILABLE', { zh: '读取已中止。', en: 'The reading was ended.' });
    }
    try {
      return await work(this.#tx);
    } catch (error) {
      throw translatePgError(error);
    }
  }

  /** Gives the connection back, after the page that is being read. As often as one likes. */
  async close(): Promise<void> {
    this.#isOver = true;
    await this.#end();
  }
}

/** Its caller closes it, whatever happens. */
export async function openSnapshot(ctx: Ctx): Promise<Snapshot> {
  return await new Promise<Snapshot>((resolve, reject) => {
    let release = () => {};
    const released = new Promise<void>((done) => {
      release = done;
    });
    const ended: Promise<void> = ctx.db
      .transaction(
        async (tx) => {
          await tellActor(tx, ctx.actor);
          await tx.execute(sql`select set_config('idle_in_transaction_session_timeout', ${idleTimeout}, true)`);
          resolve(
            new Snapshot(tx, async () => {
              release();
              await ended;
            }),
          );
          await released;
        },
        { isolationLevel: 'repeatable read', accessMode: 'read only' },
      )
      // What went wrong was told to the reader of the page; a connection that was lost has nothing to give back.
      .catch((error: unknown) => reject(translatePgError(error)));
  });
}
