import { plusDays } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { getOrganizationRow } from '../../organizations/service.ts';
import { mayReadAnswerTimes } from '../policy.ts';
import { listAnswerRecords } from '../store.ts';
import { type AnswerTimesView, toAnswerTimesView } from '../views.ts';

/** How far back answers are looked at: twelve months. */
const answerDays = 365;

export function answersSince(now: Date): Date {
  return plusDays(now, -answerDays);
}

/** How an organization answers introductions: for the staff of every market. @throws AppError FORBIDDEN for others */
export async function getAnswerTimes(ctx: Ctx, organizationId: string): Promise<AnswerTimesView> {
  mayReadAnswerTimes(ctx.actor);
  const organization = found(await getOrganizationRow(ctx.db, organizationId));
  const since = answersSince(ctx.clock.now());
  const [record] = await listAnswerRecords(ctx.db, [organization.id], since);
  return toAnswerTimesView(since, record);
}
