import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { insertRows } from '../../db/insert-rows.ts';
import { auditEntries } from '../../db/schema/index.ts';
import { actorKey } from './actor.ts';
import type { Ctx } from './ctx.ts';
import { newId } from './ids.ts';
import type { SubjectType } from './messages.ts';
import { type Db, type Tx, transaction } from './transaction.ts';

export type AuditRow = typeof auditEntries.$inferSelect;

export interface AuditFact {
  /** The verb, as `demand.publish`. */
  action: string;
  subjectType: SubjectType | 'api_key' | 'session' | 'vocabulary' | 'delivery' | 'import' | 'export';
  subjectId: string;
  /** The market whose brokers may read this entry, where there is one. */
  marketId?: string | null;
  fromStatus?: string | null;
  toStatus?: string | null;
  /** Public facts only: a reason code, names of changed fields. Never a secret, never a confidential value. */
  details?: Record<string, unknown>;
}

/** Writes who did what to what, in the transaction that did it. The application's role can add entries and never change one. */
export async function audit(tx: Tx, ctx: Ctx, facts: AuditFact | readonly AuditFact[]): Promise<void> {
  const rows = [facts].flat().map((fact) => ({
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
  }));
  await insertRows(tx, auditEntries, rows);
}

const refusalWindowMs = 3_600_000;

/**
 * Writes that a verb was refused, in a transaction of its own, since the verb's is rolled back. One entry an hour for each
 * actor, action, subject and verb: who tries again and again fills no trail.
 */
export async function auditRefusal(ctx: Ctx, fact: AuditFact & { details: { verb: string } }): Promise<void> {
  // Neither the request's key nor a job's delivery is used up by a refusal.
  const { idempotency: _key, deliveryId: _delivery, ...own } = ctx;
  await transaction(own, async (tx) => {
    const actor = actorKey(ctx.actor);
    const { verb } = fact.details;
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${fact.subjectId} ${verb} ${actor}`}, 0))`);
    const since = new Date(ctx.clock.now().getTime() - refusalWindowMs);
    const [known] = await tx
      .select({ id: auditEntries.id })
      .from(auditEntries)
      .where(
        and(
          eq(auditEntries.subjectId, fact.subjectId),
          eq(auditEntries.action, fact.action),
          eq(auditEntries.actor, actor),
          gt(auditEntries.at, since),
          sql`${auditEntries.details} ->> 'verb' = ${verb}`,
        ),
      )
      .limit(1);
    if (known === undefined) await audit(tx, ctx, fact);
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
