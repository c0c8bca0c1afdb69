import { sql } from 'drizzle-orm';
import {
  bigint,
  date,
  doublePrecision,
  index,
  integer,
  pgSequence,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { introductions } from './matches.ts';
import { organizations } from './organizations.ts';

/** Numbers codes P2026-640300-000123; gaps are allowed. */
export const projectCodes = pgSequence('project_codes');

export const projects = pgTable(
  'projects',
  {
    id: idColumn(),
    code: text('code').notNull(),
    title: text('title').notNull(),
    status: text('status', { enum: ['forming', 'active', 'completed', 'terminated'] }).notNull(),
    introductionId: uuid('introduction_id').references(() => introductions.id),
    demandId: uuid('demand_id'),
    resultId: uuid('result_id'),
    marketId: uuid('market_id')
      .notNull()
      .references(() => organizations.id),
    budgetCny: bigint('budget_cny', { mode: 'number' }).notNull(),
    fundingMode: text('funding_mode', { enum: ['itemised', 'lump_sum'] }).notNull(),
    terminationReason: text('termination_reason'),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex('projects_code_key').on(t.code),
    uniqueIndex('projects_introduction_id_key').on(t.introductionId),
    index('projects_market_id_idx').on(t.marketId),
  ],
);

export const projectParties = pgTable(
  'project_parties',
  {
    id: idColumn(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    role: text('role', { enum: ['lead', 'partner', 'funder'] }).notNull(),
    /** Whose record brought the organization in: within a university the project is this member's and its admins'. */
    responsibleUserId: uuid('responsible_user_id'),
    /** Percent of the work and of the benefit; each adds to 100 over a consortium once stated. */
    workShare: doublePrecision('work_share'),
    benefitShare: doublePrecision('benefit_share'),
  },
  (t) => [
    uniqueIndex('project_parties_key').on(t.projectId, t.organizationId),
    index('project_parties_organization_id_idx').on(t.organizationId),
  ],
);

export const projectMilestones = pgTable(
  'project_milestones',
  {
    id: idColumn(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    position: integer('position').notNull(),
    title: text('title').notNull(),
    dueOn: date('due_on', { mode: 'string' }).notNull(),
    acceptanceCriteria: text('acceptance_criteria').notNull(),
    /** Percent of the budget. */
    paymentShare: doublePrecision('payment_share').notNull(),
    status: text('status', { enum: ['planned', 'submitted', 'accepted', 'rework', 'paid'] }).notNull(),
    reworkReason: text('rework_reason'),
    /** When the parties were reminded that it is due soon, and told that it is overdue. */
    dueToldAt: instant('due_told_at'),
    overdueToldAt: instant('overdue_told_at'),
    submittedAt: instant('submitted_at'),
    acceptedAt: instant('accepted_at'),
    paidAt: instant('paid_at'),
    version: versionColumn(),
  },
  (t) => [
    uniqueIndex('project_milestones_position_key').on(t.projectId, t.position),
    index('project_milestones_untold_idx')
      .on(t.dueOn)
      .where(sql`overdue_told_at is null and status in ('planned', 'rework')`),
    index('project_milestones_open_idx').on(t.dueOn).where(sql`status in ('planned', 'rework')`),
  ],
);
