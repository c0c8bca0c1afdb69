import { and, asc, desc, eq, inArray, lt, sql } from 'drizzle-orm';
import { insertRows } from '../../../db/insert-rows.ts';
import { expertConfidential, expertResults, experts, organizations } from '../../../db/schema/index.ts';
import type { PageKey } from '../../core/paging.ts';
import type { Db, Tx } from '../../core/transaction.ts';

export type NewExpert = typeof experts.$inferInsert;
export type ExpertContact = Pick<typeof expertConfidential.$inferSelect, 'phone' | 'email'>;

/** A profile with what policies ask of its university. */
export type ExpertRow = typeof experts.$inferSelect & {
  homeMarketId: string;
  organizationName: string;
  regionCode: string;
  ownerVerified: boolean;
};

function selectExperts(db: Db) {
  return db
    .select({
      expert: experts,
      homeMarketId: sql<string>`coalesce(${organizations.homeMarketId}, ${organizations.id})`,
      organizationName: organizations.name,
      regionCode: organizations.regionCode,
      ownerVerified: sql<boolean>`${organizations.status} = 'verified'`,
    })
    .from(experts)
    .innerJoin(organizations, eq(organizations.id, experts.organizationId));
}

type Selected = Awaited<ReturnType<typeof selectExperts>>[number];

function toRow({ expert, ...owner }: Selected): ExpertRow {
  return { ...expert, ...owner };
}

/** A profile in all its tables. */
export interface MadeExpert {
  row: NewExpert & { id: string };
  contact: Partial<ExpertContact>;
  resultIds: readonly string[];
}

export async function insertExperts(tx: Tx, made: readonly MadeExpert[]): Promise<void> {
  if (made.length === 0) return;
  await insertRows(
    tx,
    experts,
    made.map(({ row }) => row),
  );
  await insertRows(
    tx,
    expertConfidential,
    made.map(({ row, contact }) => ({ expertId: row.id, ...contact })),
  );
  const named = made.flatMap(({ row, resultIds }) => resultIds.map((resultId) => ({ expertId: row.id, resultId })));
  await insertRows(tx, expertResults, named);
}

export async function getExpertRows(db: Db, ids: readonly string[]): Promise<ExpertRow[]> {
  if (ids.length === 0) return [];
  return (await selectExperts(db).where(inArray(experts.id, [...ids]))).map(toRow);
}

export async function lockExpert(tx: Tx, id: string): Promise<ExpertRow | undefined> {
  const [row] = await selectExperts(tx).where(eq(experts.id, id)).for('update', { of: experts });
  return row === undefined ? undefined : toRow(row);
}

/** Counts the version up. */
export async function updateExpertRow(
  tx: Tx,
  row: ExpertRow,
  changes: Partial<NewExpert>,
  now: Date,
): Promise<ExpertRow> {
  const [updated] = await tx
    .update(experts)
    .set({ ...changes, version: row.version + 1, updatedAt: now })
    .where(eq(experts.id, row.id))
    .returning();
  return { ...row, ...updated };
}

/** Active profiles of verified universities, with what the gates ask and nothing longer. */
export async function listActiveExperts(db: Db) {
  return await db
    .select({
      id: experts.id,
      kind: experts.kind,
      organizationId: experts.organizationId,
      technologyFields: experts.technologyFields,
      daysPerMonth: experts.daysPerMonth,
      availableFrom: experts.availableFrom,
      availableUntil: experts.availableUntil,
      servedRegions: experts.servedRegions,
    })
    .from(experts)
    .innerJoin(organizations, eq(organizations.id, experts.organizationId))
    .where(and(eq(experts.status, 'active'), eq(organizations.status, 'verified')))
    .orderBy(asc(experts.id));
}

/** Newest first, one row longer than the page. */
export async function listExpertRows(
  db: Db,
  filter: {
    within: 'public' | { organizationId: string; keeperUserId: string | null };
    kind?: ExpertRow['kind'] | undefined;
    technologyField?: string | undefined;
    after: PageKey | null;
    limit: number;
  },
): Promise<ExpertRow[]> {
  const { within, kind, technologyField, after, limit } = filter;
  const rows = await selectExperts(db)
    .where(
      and(
        within === 'public'
          ? and(eq(experts.status, 'active'), eq(organizations.status, 'verified'))
          : and(
              eq(experts.organizationId, within.organizationId),
              within.keeperUserId === null
                ? undefined
                : sql`${within.keeperUserId}::uuid in (${experts.userId}, ${experts.createdByUserId})`,
            ),
        kind === undefined ? undefined : eq(experts.kind, kind),
        technologyField === undefined
          ? undefined
          : sql`exists (select 1 from unnest(${experts.technologyFields}) field where field like ${`${technologyField}%`})`,
        after === null ? undefined : lt(experts.id, after.id),
      ),
    )
    .orderBy(desc(experts.id))
    .limit(limit + 1);
  return rows.map(toRow);
}

/** Profiles with these ids; what is no id is nobody's. */
export async function findExpertsByKey(
  db: Db,
  keys: readonly string[],
): Promise<{ id: string; code: string; organizationId: string }[]> {
  const ids = keys.filter((key) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key));
  if (ids.length === 0) return [];
  return await db
    .select({ id: experts.id, code: experts.id, organizationId: experts.organizationId })
    .from(experts)
    .where(inArray(experts.id, ids));
}

/** Replaces the results that a profile names. */
export async function saveExpertResults(tx: Tx, expertId: string, resultIds: readonly string[]): Promise<void> {
  await tx.delete(expertResults).where(eq(expertResults.expertId, expertId));
  if (resultIds.length > 0) {
    await tx.insert(expertResults).values(resultIds.map((resultId) => ({ expertId, resultId })));
  }
}

/** Ids of results by expert. */
export async function listExpertResults(db: Db, expertIds: readonly string[]): Promise<Map<string, string[]>> {
  const rows =
    expertIds.length === 0
      ? []
      : await db
          .select()
          .from(expertResults)
          .where(inArray(expertResults.expertId, [...expertIds]))
          .orderBy(asc(expertResults.resultId));
  const byExpert = new Map<string, string[]>();
  for (const { expertId, resultId } of rows) byExpert.set(expertId, [...(byExpert.get(expertId) ?? []), resultId]);
  return byExpert;
}

/** Under row-level security: without those that the actor may not see. */
export async function listExpertContacts(tx: Tx, expertIds: readonly string[]): Promise<Map<string, ExpertContact>> {
  if (expertIds.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(expertConfidential)
    .where(inArray(expertConfidential.expertId, [...expertIds]));
  return new Map(rows.map(({ expertId, phone, email }) => [expertId, { phone, email }]));
}

export async function saveExpertContact(tx: Tx, expertId: string, contact: Partial<ExpertContact>): Promise<void> {
  await tx.update(expertConfidential).set(contact).where(eq(expertConfidential.expertId, expertId));
}
