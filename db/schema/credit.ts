import { sql } from 'drizzle-orm';
import { index, jsonb, pgTable, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { organizations } from './organizations.ts';

export const restrictionStatuses = ['in_force', 'lifted', 'expired'] as const;
export const appealStatuses = ['none', 'appealed', 'upheld', 'overturned'] as const;

/** Where evidence stands: a case file, a judgement, a notice. */
export interface EvidenceReference {
  title: string;
  url?: string;
}

/** An organization that may not act for a term (科研诚信). In force while the status says so and `endsAt` has not passed. */
export const restrictions = pgTable(
  'restrictions',
  {
    id: idColumn(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    /** Of the vocabulary restriction-kinds. */
    kind: text('kind').notNull(),
    /** The rule that it rests on. */
    legalBasis: text('legal_basis').notNull(),
    startsAt: instant('starts_at').notNull(),
    /** The first moment after the term. */
    endsAt: instant('ends_at').notNull(),
    status: text('status', { enum: restrictionStatuses }).notNull(),
    appeal: text('appeal', { enum: appealStatuses }).notNull(),
    imposedByUserId: uuid('imposed_by_user_id').notNull(),
    /** The bureau; null for the administrator's. */
    imposedByOrganizationId: uuid('imposed_by_organization_id').references(() => organizations.id),
    liftedAt: instant('lifted_at'),
    appealedAt: instant('appealed_at'),
    decidedAt: instant('decided_at'),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('restrictions_organization_id_idx').on(t.organizationId),
    index('restrictions_imposed_by_organization_id_idx').on(t.imposedByOrganizationId),
    index('restrictions_in_force_idx').on(t.endsAt).where(sql`status = 'in_force'`),
  ],
);

/** Under row-level security: the organization, the staff of its market, bureaus of its region, the administrator. */
export const restrictionConfidential = pgTable('restriction_confidential', {
  restrictionId: uuid('restriction_id')
    .primaryKey()
    .references(() => restrictions.id),
  evidence: text('evidence').notNull(),
  evidenceReferences: jsonb('evidence_references').$type<EvidenceReference[]>().notNull(),
  appealGrounds: text('appeal_grounds'),
  decisionReason: text('decision_reason'),
  liftReason: text('lift_reason'),
});
