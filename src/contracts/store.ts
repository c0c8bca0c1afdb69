import { and, asc, desc, eq, gte, inArray, like, lt, or, type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import {
  contractApprovals,
  contractConfidential,
  contractSerials,
  contracts,
  projects,
} from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db, Tx } from '../core/transaction.ts';
import type { ContractScope } from './policy.ts';
import type { ContractStatus } from './rules.ts';

export type ContractRow = typeof contracts.$inferSelect;
export type NewContract = typeof contracts.$inferInsert;
export type ConfidentialRow = typeof contractConfidential.$inferSelect;
export type ApprovalRow = typeof contractApprovals.$inferSelect;

export async function nextContractNumber(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ number: string }>(sql`select nextval('contract_codes') as number`);
  return Number(rows[0]?.number);
}

/** The next serial of a region and year. Registrations there wait for each other, so that none is left out. */
export async function takeSerial(tx: Tx, regionCode: string, year: number): Promise<number> {
  const [row] = await tx
    .insert(contractSerials)
    .values({ regionCode, year, lastSerial: 1 })
    .onConflictDoUpdate({
      target: [contractSerials.regionCode, contractSerials.year],
      set: { lastSerial: sql`${contractSerials.lastSerial} + 1` },
    })
    .returning({ serial: contractSerials.lastSerial });
  if (row === undefined) throw new Error('no serial was given');
  return row.serial;
}

export async function insertContract(
  tx: Tx,
  contract: NewContract,
  confidential: Omit<typeof contractConfidential.$inferInsert, 'contractId'>,
): Promise<void> {
  await tx.insert(contracts).values(contract);
  await tx.insert(contractConfidential).values({ ...confidential, contractId: contract.id });
}

export async function getContractRow(db: Db, id: string): Promise<ContractRow | undefined> {
  const [row] = await db.select().from(contracts).where(eq(contracts.id, id));
  return row;
}

export async function getContractRows(db: Db, ids: readonly string[]): Promise<ContractRow[]> {
  return ids.length === 0
    ? []
    : await db
        .select()
        .from(contracts)
        .where(inArray(contracts.id, [...ids]));
}

/** Everything about a contract happens one after the other: two approvals, too. */
export async function lockContract(tx: Tx, id: string): Promise<ContractRow | undefined> {
  const [row] = await tx.select().from(contracts).where(eq(contracts.id, id)).for('update');
  return row;
}

/** Counts the version up. */
export async function updateContractRow(
  tx: Tx,
  row: ContractRow,
  changes: Partial<NewContract>,
  now: Date,
): Promise<ContractRow | undefined> {
  const [updated] = await tx
    .update(contracts)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(contracts.id, row.id))
    .returning();
  return updated;
}

export async function updateConfidential(
  tx: Tx,
  contractId: string,
  changes: Partial<typeof contractConfidential.$inferInsert>,
): Promise<void> {
  await tx.update(contractConfidential).set(changes).where(eq(contractConfidential.contractId, contractId));
}

/** Under row-level security: without those that the actor may not see. */
export async function listConfidentialRows(tx: Tx, ids: readonly string[]): Promise<Map<string, ConfidentialRow>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(contractConfidential)
    .where(inArray(contractConfidential.contractId, [...ids]));
  return new Map(rows.map((row) => [row.contractId, row]));
}

export async function insertApproval(tx: Tx, approval: typeof contractApprovals.$inferInsert): Promise<void> {
  await tx.insert(contractApprovals).values(approval);
}

/** Approvals of all submissions of these contracts, oldest first. */
export async function listApprovalRows(db: Db, contractIds: readonly string[]): Promise<ApprovalRow[]> {
  if (contractIds.length === 0) return [];
  return await db
    .select()
    .from(contractApprovals)
    .where(inArray(contractApprovals.contractId, [...contractIds]))
    .orderBy(asc(contractApprovals.id));
}

/** After the projects of a region went to another market: their contracts follow them. */
export async function rehomeContractRows(tx: Tx): Promise<void> {
  await tx
    .update(contracts)
    .set({ marketId: sql`${projects.marketId}` })
    .from(projects)
    .where(and(eq(projects.id, contracts.projectId), sql`${contracts.marketId} <> ${projects.marketId}`));
}

export interface ContractFilter {
  scope: ContractScope;
  status?: ContractStatus | undefined;
  type?: NonNullable<ContractRow['type']> | undefined;
  technologyField?: string | undefined;
  contractField?: string | undefined;
  marketId?: string | undefined;
  signedYear?: number | undefined;
  organizationId?: string | undefined;
}

/** Newest first, at most `limit`. */
export async function listContractRows(
  db: Db,
  filter: ContractFilter,
  page: { after: PageKey | null; limit: number },
): Promise<ContractRow[]> {
  const within = withinScope(filter.scope);
  if (within === undefined) return [];
  const { status, type, technologyField, contractField, marketId, signedYear, organizationId } = filter;
  return await db
    .select()
    .from(contracts)
    .where(
      and(
        within,
        status === undefined ? undefined : eq(contracts.status, status),
        type === undefined ? undefined : eq(contracts.type, type),
        technologyField === undefined ? undefined : like(contracts.technologyField, `${technologyField}%`),
        contractField === undefined ? undefined : eq(contracts.contractField, contractField),
        marketId === undefined ? undefined : eq(contracts.marketId, marketId),
        signedYear === undefined
          ? undefined
          : and(gte(contracts.signedOn, `${signedYear}-01-01`), lt(contracts.signedOn, `${signedYear + 1}-01-01`)),
        organizationId === undefined
          ? undefined
          : or(eq(contracts.buyerOrganizationId, organizationId), eq(contracts.sellerOrganizationId, organizationId)),
        page.after === null ? undefined : lt(contracts.id, page.after.id),
      ),
    )
    .orderBy(desc(contracts.id))
    .limit(page.limit);
}

/** Undefined where the actor has none. */
function withinScope(scope: ContractScope): SQL | undefined {
  const { marketIds, organizationId, responsibleUserId, registeredInPrefix } = scope;
  const asSide = (organization: PgColumn, responsible: PgColumn) =>
    organizationId === null
      ? undefined
      : and(
          eq(organization, organizationId),
          responsibleUserId === null ? undefined : eq(responsible, responsibleUserId),
        );
  const inRegion =
    registeredInPrefix === null
      ? undefined
      : and(
          eq(contracts.status, 'registered'),
          or(
            sql`${contracts.buyer}->>'regionCode' like ${`${registeredInPrefix}%`}`,
            sql`${contracts.seller}->>'regionCode' like ${`${registeredInPrefix}%`}`,
          ),
        );
  return or(
    marketIds.length === 0 ? undefined : inArray(contracts.marketId, [...marketIds]),
    asSide(contracts.buyerOrganizationId, contracts.buyerResponsibleUserId),
    asSide(contracts.sellerOrganizationId, contracts.sellerResponsibleUserId),
    inRegion,
  );
}
