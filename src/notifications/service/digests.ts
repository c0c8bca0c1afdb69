import { listMailboxes } from '../../auth/service.ts';
import { plusDays } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { categoryOf, type DigestMode } from '../categories.ts';
import { digestStart, lastDigestTime } from '../mail-times.ts';
import {
  deleteOldDigests,
  findLastRun,
  insertDigests,
  insertRun,
  listReadersOfPeriod,
  type Period,
} from '../store/digests.ts';
import { listPreferences } from '../store/preferences.ts';
import { categoriesIn } from './mail.ts';

/** Long enough for every notice of a period to have been committed. */
const settleMs = 300_000;
const peopleAtOnce = 500;
const keptDays = 90;

/**
 * Makes the digests that are due and owes their mails. Two processes may do so at once, and one that dies halfway is
 * taken over by the next run: each person gets one for each period.
 */
export async function makeDueDigests(ctx: Ctx): Promise<{ digests: number }> {
  const made = { digests: 0 };
  const now = ctx.clock.now();
  for (const mode of ['daily', 'weekly'] as const) {
    const upToAt = lastDigestTime(mode, new Date(now.getTime() - settleMs));
    const last = await findLastRun(ctx.db, mode);
    if (last !== null && last >= upToAt) continue;
    made.digests += await makeDigests(ctx, mode, { fromAt: digestStart(mode, upToAt, last), upToAt });
  }
  return made;
}

async function makeDigests(ctx: Ctx, mode: DigestMode, period: Period): Promise<number> {
  let digests = 0;
  let afterUserId: string | null = null;
  for (;;) {
    const page: { afterUserId: string | null; limit: number } = { afterUserId, limit: peopleAtOnce };
    const batch = await transaction(ctx, (tx) => makeBatch(tx, ctx, { mode, period, page }));
    digests += batch.made;
    afterUserId = batch.lastUserId;
    if (afterUserId === null) break;
  }
  const createdAt = ctx.clock.now();
  await transaction(ctx, async (tx) => {
    await insertRun(tx, { mode, upToAt: period.upToAt, digests, createdAt });
    await deleteOldDigests(tx, plusDays(createdAt, -keptDays));
  });
  return digests;
}

/** @returns the last of the people who were looked at; null after the last page */
async function makeBatch(
  tx: Tx,
  ctx: Ctx,
  { mode, period, page }: { mode: DigestMode; period: Period; page: { afterUserId: string | null; limit: number } },
): Promise<{ made: number; lastUserId: string | null }> {
  const readers = await listReadersOfPeriod(tx, period, page);
  const userIds = readers.map((reader) => reader.userId);
  const chosen = new Map((await listPreferences(tx, userIds)).map((row) => [row.userId, row]));
  const wanting = readers.filter(({ userId, types }) => {
    const inDigest: readonly (string | null)[] = categoriesIn(mode, chosen.get(userId));
    return types.some((type) => inDigest.includes(categoryOf(type)));
  });
  const reached = new Set(
    (
      await listMailboxes(
        tx,
        wanting.map(({ userId }) => userId),
      )
    ).map(({ userId }) => userId),
  );
  const createdAt = ctx.clock.now();
  const rows = wanting
    .filter(({ userId }) => reached.has(userId))
    .map(({ userId }) => ({ id: newId(), userId, mode, ...period, createdAt }));
  const ids = await insertDigests(tx, rows);
  await emit(
    tx,
    ctx,
    ids.map((subjectId) => ({ type: 'digest.due', subjectType: 'mail_digest', subjectId })),
  );
  const lastUserId = readers.length < page.limit ? null : (userIds.at(-1) ?? null);
  return { made: ids.length, lastUserId };
}
