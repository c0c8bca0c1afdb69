import { and, asc, desc, eq, inArray, lt, ne, or, type SQL } from 'drizzle-orm';
import {
  demands,
  diagnoses,
  diagnosisVersionConfidential,
  diagnosisVersions,
  diagnosisVisits,
} from '../../db/schema/index.ts';
import type { PageKey } from '../core/paging.ts';
import type { Db, Tx } from '../core/transaction.ts';
import type { ConfidentialChange, DiagnosisStatus } from './rules.ts';

export type DiagnosisRow = typeof diagnoses.$inferSelect;
export type NewDiagnosis = typeof diagnoses.$inferInsert;
export type VersionRow = typeof diagnosisVersions.$inferSelect;
export type VisitRow = typeof diagnosisVisits.$inferSelect;

export async function insertDiagnosis(tx: Tx, row: NewDiagnosis): Promise<void> {
  await tx.insert(diagnoses).values(row);
}

export async function getDiagnosisRow(db: Db, id: string): Promise<DiagnosisRow | undefined> {
  const [row] = await db.select().from(diagnoses).where(eq(diagnoses.id, id));
  return row;
}

export async function getDiagnosisRows(db: Db, ids: readonly string[]): Promise<DiagnosisRow[]> {
  if (ids.length === 0) return [];
  return await db
    .select()
    .from(diagnoses)
    .where(inArray(diagnoses.id, [...ids]));
}

/** Everything about a diagnosis happens one after the other. */
export async function lockDiagnosis(tx: Tx, id: string): Promise<DiagnosisRow | undefined> {
  const [row] = await tx.select().from(diagnoses).where(eq(diagnoses.id, id)).for('update');
  return row;
}

export async function findUnclosed(tx: Tx, demandId: string): Promise<DiagnosisRow | undefined> {
  const [row] = await tx
    .select()
    .from(diagnoses)
    .where(and(eq(diagnoses.demandId, demandId), ne(diagnoses.status, 'closed')));
  return row;
}

/** Counts the version up. */
export async function updateDiagnosisRow(
  tx: Tx,
  row: DiagnosisRow,
  changes: Partial<NewDiagnosis>,
  now: Date,
): Promise<DiagnosisRow> {
  const [updated] = await tx
    .update(diagnoses)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(diagnoses.id, row.id))
    .returning();
  return updated ?? row;
}

/** @param confidential what it says of the confidential fields, kept under row-level security; null when nothing */
export async function insertVersion(
  tx: Tx,
  row: typeof diagnosisVersions.$inferInsert,
  confidential: ConfidentialChange | null,
): Promise<void> {
  await tx.insert(diagnosisVersions).values(row);
  if (confidential === null) return;
  const { decisionOwner, budget } = confidential;
  await tx.insert(diagnosisVersionConfidential).values({ versionId: row.id, decisionOwner, ...budget });
}

export async function updateVersion(
  tx: Tx,
  id: string,
  changes: Partial<typeof diagnosisVersions.$inferInsert>,
): Promise<void> {
  await tx.update(diagnosisVersions).set(changes).where(eq(diagnosisVersions.id, id));
}

/** The original first. */
export async function listVersions(db: Db, diagnosisId: string): Promise<VersionRow[]> {
  return await db
    .select()
    .from(diagnosisVersions)
    .where(eq(diagnosisVersions.diagnosisId, diagnosisId))
    .orderBy(asc(diagnosisVersions.number));
}

/** Of all diagnoses of a demand, in the order of time. */
export async function listVersionsOfDemand(db: Db, demandId: string): Promise<VersionRow[]> {
  const rows = await db
    .select({ version: diagnosisVersions })
    .from(diagnosisVersions)
    .innerJoin(diagnoses, eq(diagnoses.id, diagnosisVersions.diagnosisId))
    .where(eq(diagnoses.demandId, demandId))
    .orderBy(asc(diagnosisVersions.id));
  return rows.map((row) => row.version);
}

/** By version id. Under row-level security: without those that the actor may not see. */
export async function listConfidential(
  tx: Tx,
  versionIds: readonly string[],
): Promise<Map<string, ConfidentialChange>> {
  if (versionIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(diagnosisVersionConfidential)
    .where(inArray(diagnosisVersionConfidential.versionId, [...versionIds]));
  return new Map(
    rows.map(({ versionId, decisionOwner, minCny, maxCny, negotiable }) => [
      versionId,
      { decisionOwner, budget: negotiable === null ? null : { minCny, maxCny, negotiable } },
    ]),
  );
}

export async function insertVisit(tx: Tx, row: typeof diagnosisVisits.$inferInsert): Promise<void> {
  await tx.insert(diagnosisVisits).values(row);
}

export async function listVisits(db: Db, diagnosisId: string): Promise<VisitRow[]> {
  return await db
    .select()
    .from(diagnosisVisits)
    .where(eq(diagnosisVisits.diagnosisId, diagnosisId))
    .orderBy(asc(diagnosisVisits.visitedOn), asc(diagnosisVisits.id));
}

/** Whose diagnoses: of a territory's demands, of an enterprise's own, or those that a person was asked for as expert. */
export interface DiagnosisScope {
  marketIds: readonly string[];
  ownerOrganizationId: string | null;
  expert: { userId: string; organizationId: string } | null;
}

export interface DiagnosisFilter {
  scope: DiagnosisScope;
  status?: DiagnosisStatus | undefined;
  demandId?: string | undefined;
}

/** Newest first, at most `limit`. */
export async function listDiagnosisRows(
  db: Db,
  { scope, status, demandId }: DiagnosisFilter,
  page: { after: PageKey | null; limit: number },
): Promise<DiagnosisRow[]> {
  const within = withinScope(scope);
  if (within === undefined) return [];
  const rows = await db
    .select({ diagnosis: diagnoses })
    .from(diagnoses)
    .innerJoin(demands, eq(demands.id, diagnoses.demandId))
    .where(
      and(
        within,
        status === undefined ? undefined : eq(diagnoses.status, status),
        demandId === undefined ? undefined : eq(diagnoses.demandId, demandId),
        page.after === null ? undefined : lt(diagnoses.id, page.after.id),
      ),
    )
    .orderBy(desc(diagnoses.id))
    .limit(page.limit);
  return rows.map((row) => row.diagnosis);
}

function withinScope({ marketIds, ownerOrganizationId, expert }: DiagnosisScope): SQL | undefined {
  return or(
    marketIds.length === 0 ? undefined : inArray(demands.homeMarketId, [...marketIds]),
    ownerOrganizationId === null ? undefined : eq(demands.organizationId, ownerOrganizationId),
    expert === null
      ? undefined
      : and(eq(diagnoses.expertUserId, expert.userId), eq(diagnoses.expertOrganizationId, expert.organizationId)),
  );
}
