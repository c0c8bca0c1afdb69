import type { Actor } from '../core/actor.ts';
import { notFound } from '../core/errors.ts';

/** What the rule asks of a job. */
export interface OwnedJob {
  requestedByUserId: string;
  marketId: string;
}

/**
 * Who started it, the directors of its market or of one above it, and the administrator.
 * @throws AppError NOT_FOUND for everybody else
 */
export function maySeeJob(actor: Actor, job: OwnedJob): void {
  if (actor.kind === 'user') {
    if (actor.administrator || actor.userId === job.requestedByUserId) return;
    if (actor.role === 'director' && actor.marketIds.includes(job.marketId)) return;
  }
  throw notFound();
}
