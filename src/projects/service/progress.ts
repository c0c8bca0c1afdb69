import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { progressOf } from '../rules.ts';
import { listMilestoneRows } from '../store.ts';
import type { ProgressView } from '../views.ts';
import { readFor } from './lock.ts';

function dayOf(at: Date | null): string | null {
  return at === null ? null : chinaDate(at);
}

/** Planned against accepted, and the rows of a Gantt chart. A project that was not started yet starts today. */
export async function getProgress(ctx: Ctx, id: string): Promise<ProgressView> {
  const { row } = await readFor(ctx.db, ctx, id);
  const now = ctx.clock.now();
  const asOf = chinaDate(row.endedAt ?? now);
  const startsOn = row.startsOn ?? dayOf(row.activatedAt) ?? chinaDate(row.status === 'forming' ? now : row.createdAt);
  const milestones = await listMilestoneRows(ctx.db, [id]);
  const planned = milestones.map((milestone) => ({
    id: milestone.id,
    position: milestone.position,
    title: milestone.title,
    status: milestone.status,
    startsOn: milestone.startsOn,
    dueOn: milestone.dueOn,
    paymentShare: milestone.paymentShare,
    submittedOn: dayOf(milestone.submittedAt),
    acceptedOn: dayOf(milestone.acceptedAt),
    paidOn: dayOf(milestone.paidAt),
  }));
  return { projectId: id, ...progressOf(planned, startsOn, asOf) };
}
