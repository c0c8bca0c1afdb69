import { and, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { projectPaymentConfidential, projectPayments } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';
import type { PaymentFacts } from '../rules.ts';

export type PaymentRow = typeof projectPayments.$inferSelect;
export type PaymentConfidentialRow = typeof projectPaymentConfidential.$inferSelect;

export async function insertPayment(
  tx: Tx,
  payment: typeof projectPayments.$inferInsert,
  confidential: Pick<PaymentConfidentialRow, 'reference' | 'note'>,
): Promise<void> {
  await tx.insert(projectPayments).values(payment);
  await tx.insert(projectPaymentConfidential).values({ paymentId: payment.id, ...confidential });
}

/** Counts the version up. */
export async function updatePaymentRow(
  tx: Tx,
  row: PaymentRow,
  changes: Partial<typeof projectPayments.$inferInsert>,
): Promise<PaymentRow | undefined> {
  const [updated] = await tx
    .update(projectPayments)
    .set({ ...changes, version: row.version + 1 })
    .where(eq(projectPayments.id, row.id))
    .returning();
  return updated;
}

export async function saveDisputeReason(tx: Tx, paymentId: string, disputeReason: string): Promise<void> {
  await tx
    .update(projectPaymentConfidential)
    .set({ disputeReason })
    .where(eq(projectPaymentConfidential.paymentId, paymentId));
}

export async function getPaymentRow(db: Db, id: string): Promise<PaymentRow | undefined> {
  const [row] = await db.select().from(projectPayments).where(eq(projectPayments.id, id));
  return row;
}

/** The payments of a milestone, summed by what became of them. */
export async function listPaymentFacts(db: Db, milestoneId: string): Promise<PaymentFacts[]> {
  return await db
    .select({
      status: projectPayments.status,
      amountCny: sql<number>`sum(${projectPayments.amountCny})`.mapWith(Number),
    })
    .from(projectPayments)
    .where(eq(projectPayments.milestoneId, milestoneId))
    .groupBy(projectPayments.status);
}

/** Newest first, one row longer than the page. */
export async function listPaymentRows(
  db: Db,
  milestoneId: string,
  page: { after: PageKey | null; limit: number },
): Promise<PaymentRow[]> {
  return await db
    .select()
    .from(projectPayments)
    .where(
      and(
        eq(projectPayments.milestoneId, milestoneId),
        page.after === null ? undefined : lt(projectPayments.id, page.after.id),
      ),
    )
    .orderBy(desc(projectPayments.id))
    .limit(page.limit + 1);
}

/** Under row-level security: without those that the actor may not see. */
export async function listPaymentConfidentialRows(
  tx: Tx,
  ids: readonly string[],
): Promise<Map<string, PaymentConfidentialRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(projectPaymentConfidential)
    .where(inArray(projectPaymentConfidential.paymentId, [...ids]));
  return new Map(rows.map((row) => [row.paymentId, row]));
}

/** What counts as paid, in whole yuan, by milestone; those without a payment are left out. */
export async function sumSettled(db: Db, projectIds: readonly string[]): Promise<Map<string, number>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .select({
      milestoneId: projectPayments.milestoneId,
      settledCny: sql<number>`sum(${projectPayments.amountCny})`.mapWith(Number),
    })
    .from(projectPayments)
    .where(
      and(
        inArray(projectPayments.projectId, [...projectIds]),
        inArray(projectPayments.status, ['confirmed', 'released']),
      ),
    )
    .groupBy(projectPayments.milestoneId);
  return new Map(rows.map((row) => [row.milestoneId, row.settledCny]));
}
