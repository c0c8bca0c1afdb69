import type { Actor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import { audienceOf, type ProjectFacts } from '../policy.ts';
import {
  getMilestoneRow,
  getProjectRow,
  listPartyRows,
  lockProject,
  type MilestoneRow,
  type PartyRow,
  type ProjectRow,
} from '../store.ts';

/** A project and its parties; for verbs, locked. */
export interface LockedProject {
  row: ProjectRow;
  parties: PartyRow[];
}

/** Locks a project for an actor who may do what `policy` says. */
export async function lockFor(
  tx: Tx,
  ctx: Ctx,
  id: string,
  policy: (actor: Actor, project: ProjectFacts) => void,
): Promise<LockedProject> {
  const row = found(await lockProject(tx, id));
  const parties = await listPartyRows(tx, [id]);
  policy(ctx.actor, { marketId: row.marketId, parties });
  return { row, parties };
}

/** A project that the actor may read. @throws AppError NOT_FOUND */
export async function readFor(db: Db, ctx: Ctx, id: string): Promise<LockedProject> {
  const row = found(await getProjectRow(db, id));
  const parties = await listPartyRows(db, [id]);
  audienceOf(ctx.actor, { marketId: row.marketId, parties });
  return { row, parties };
}

/** A milestone of a project that was let in. @throws AppError NOT_FOUND for one of another project */
export async function milestoneOf(db: Db, projectId: string, milestoneId: string): Promise<MilestoneRow> {
  const row = found(await getMilestoneRow(db, milestoneId));
  return found(row.projectId === projectId ? row : null);
}
