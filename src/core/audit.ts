import { asc, eq } from 'drizzle-orm';
import { auditEntries } from '../../db/schema/index.ts';
import { actorKey } from './actor.ts';
import type { Ctx } from './ctx.ts';
import { newId } from './ids.ts';
import type { SubjectType } from './messages.ts';
import type { Db, Tx } from './transaction.ts';

export type AuditRow = typeof auditEntries.$inferSelect;

export interface AuditFact {
  /** The verb, as `demand.publish`. */
  action: string;
  subjectType: SubjectType | 'api_key' | 'session' | 'vocabulary' | 'delivery';
  subjectId: string;
  /** The market whose brokers may read this entry, where there is one. */
  marketId?: string | null;
  fromStatus?: string | null;
  toStatus?: string | null;
  /** Public facts only: a reason code, names of changed fields. Never a secret, never a confidential value. */
  details?: Record<string, unknown>;
}

/** Writes who did what to what, in the transaction that did it. The application's role can add entries and never change one. */
export async function audit(tx: Tx, ctx: Ctx, fact: AuditFact): Promise<void> {
  await tx.insert(auditEntries).values({
    id: newId(),
    at: ctx.clock.now(),
    actor: actorKey(ctx.actor),
    actorOrganizationId: ctx.actor.kind === 'user' ? ctx.actor.organizationId : null,
    requestId: ctx.requestId,
    action: fact.action,
    subjectType: fact.subjectType,
    subjectId: fact.subjectId,
    marketId: fact.marketId ?? null,
    fromStatus: fact.fromStatus ?? null,
    toStatus: fact.toStatus ?? null,
    details: fact.details ?? {},
  });
}

/** All entries about one subject, oldest first. */
export async function listHistory(db: Db, subjectId: string): Promise<AuditRow[]> {
  return await db
    .select()
    .from(auditEntries)
    .where(eq(auditEntries.subjectId, subjectId))
    .orderBy(asc(auditEntries.id))
    .limit(1_000);
}
