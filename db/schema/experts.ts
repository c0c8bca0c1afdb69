import { date, doublePrecision, index, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { demands } from './demands.ts';
import { organizations } from './organizations.ts';
import { results } from './results.ts';

export const expertKinds = ['expert', 'commissioner'] as const;
export const expertStatuses = ['draft', 'active', 'retired'] as const;
export const assignmentStatuses = ['proposed', 'accepted', 'declined', 'ended'] as const;
export const assignmentPurposes = ['diagnosis', 'service', 'visit'] as const;
export const serviceKinds = ['visit', 'remote', 'training', 'report', 'other'] as const;

/** A person of a university who helps enterprises: an expert, or a commissioner (科技特派员). May have no account. */
export const experts = pgTable(
  'experts',
  {
    id: idColumn(),
    kind: text('kind', { enum: expertKinds }).notNull(),
    status: text('status', { enum: expertStatuses }).notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    /** The member who is this person, where one is. */
    userId: uuid('user_id'),
    createdByUserId: uuid('created_by_user_id').notNull(),
    name: text('name').notNull(),
    /** 职称. */
    professionalTitle: text('professional_title'),
    /** What they are good at, in a line: matched as a record's title is. */
    headline: text('headline').notNull(),
    summary: text('summary').notNull(),
    keywords: text('keywords').array().notNull(),
    technologyFields: text('technology_fields').array().notNull(),
    language: text('language', { enum: ['zh', 'en'] }).notNull(),
    daysPerMonth: integer('days_per_month').notNull(),
    availableFrom: date('available_from', { mode: 'string' }),
    availableUntil: date('available_until', { mode: 'string' }),
    /** GB/T 2260 codes of what they travel to; none is everywhere. */
    servedRegions: text('served_regions').array().notNull(),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('experts_organization_id_idx').on(t.organizationId),
    index('experts_user_id_idx').on(t.userId),
    index('experts_status_idx').on(t.status, t.id),
  ],
);

/** Results that show what a person can do: published ones of the same university. */
export const expertResults = pgTable(
  'expert_results',
  {
    expertId: uuid('expert_id')
      .notNull()
      .references(() => experts.id),
    resultId: uuid('result_id')
      .notNull()
      .references(() => results.id),
  },
  (t) => [primaryKey({ columns: [t.expertId, t.resultId] }), index('expert_results_result_id_idx').on(t.resultId)],
);

/** Under row-level security: the university, its market, and both sides of an assignment that was accepted. */
export const expertConfidential = pgTable('expert_confidential', {
  expertId: uuid('expert_id')
    .primaryKey()
    .references(() => experts.id),
  phone: text('phone'),
  email: text('email'),
});

/** An expert sent to a demand by its broker. The demand's home market leads. */
export const expertAssignments = pgTable(
  'expert_assignments',
  {
    id: idColumn(),
    expertId: uuid('expert_id')
      .notNull()
      .references(() => experts.id),
    demandId: uuid('demand_id')
      .notNull()
      .references(() => demands.id),
    purpose: text('purpose', { enum: assignmentPurposes }).notNull(),
    status: text('status', { enum: assignmentStatuses }).notNull(),
    message: text('message'),
    /** Of a decline, or of an end. */
    reason: text('reason'),
    proposedByUserId: uuid('proposed_by_user_id').notNull(),
    acceptedAt: instant('accepted_at'),
    closedAt: instant('closed_at'),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    index('expert_assignments_expert_id_idx').on(t.expertId),
    index('expert_assignments_demand_id_idx').on(t.demandId),
  ],
);

/** What was done under an assignment, for the record: a visit, a call, a training. */
export const expertServices = pgTable(
  'expert_services',
  {
    id: idColumn(),
    assignmentId: uuid('assignment_id')
      .notNull()
      .references(() => expertAssignments.id),
    kind: text('kind', { enum: serviceKinds }).notNull(),
    /** A China day. */
    servedOn: date('served_on', { mode: 'string' }).notNull(),
    hours: doublePrecision('hours').notNull(),
    summary: text('summary').notNull(),
    recordedByUserId: uuid('recorded_by_user_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    index('expert_services_assignment_id_idx').on(t.assignmentId),
    index('expert_services_served_on_idx').on(t.servedOn),
  ],
);
