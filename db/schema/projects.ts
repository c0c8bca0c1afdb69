import { sql } from 'drizzle-orm';
import {
  bigint,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgSequence,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { introductions } from './matches.ts';
import { organizations } from './organizations.ts';

/** Numbers codes P2026-640300-000123; gaps are allowed. */
export const projectCodes = pgSequence('project_codes');

export const projectKinds = ['joint_project', 'platform', 'institute'] as const;
export const projectStatuses = ['forming', 'active', 'suspended', 'completed', 'terminated'] as const;

/** What a party brings into the project. */
export interface Contribution {
  /** Of the vocabulary contribution-kinds. */
  kind: string;
  /** What it is worth, in whole yuan; null where nobody has put a figure on it. */
  amountCny: number | null;
  description: string | null;
}

export const projects = pgTable(
  'projects',
  {
    id: idColumn(),
    code: text('code').notNull(),
    title: text('title').notNull(),
    kind: text('kind', { enum: projectKinds }).notNull().default('joint_project'),
    status: text('status', { enum: projectStatuses }).notNull(),
    introductionId: uuid('introduction_id').references(() => introductions.id),
    demandId: uuid('demand_id'),
    resultId: uuid('result_id'),
    marketId: uuid('market_id')
      .notNull()
      .references(() => organizations.id),
    budgetCny: bigint('budget_cny', { mode: 'number' }).notNull(),
    fundingMode: text('funding_mode', { enum: ['itemised', 'lump_sum'] }).notNull(),
    /** Planned start; where none is stated the work starts on the day of activation. */
    startsOn: date('starts_on', { mode: 'string' }),
    activatedAt: instant('activated_at'),
    suspendedAt: instant('suspended_at'),
    suspensionReason: text('suspension_reason'),
    /** Of the vocabulary termination-reasons. */
    terminationCode: text('termination_code'),
    terminationReason: text('termination_reason'),
    /** When it was completed or terminated. */
    endedAt: instant('ended_at'),
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
    contributions: jsonb('contributions').$type<Contribution[]>().notNull().default([]),
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
    /** Planned start; null is the day after the milestone before it is due. */
    startsOn: date('starts_on', { mode: 'string' }),
    dueOn: date('due_on', { mode: 'string' }).notNull(),
    acceptanceCriteria: text('acceptance_criteria').notNull(),
    /** Percent of the budget. */
    paymentShare: doublePrecision('payment_share').notNull(),
    /** The share in whole yuan; those of a project add to its budget. */
    amountCny: bigint('amount_cny', { mode: 'number' }).notNull(),
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

/** Of an itemised project; they add to the budget. */
export const projectBudgetItems = pgTable(
  'project_budget_items',
  {
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    /** Of the vocabulary budget-categories. */
    category: text('category').notNull(),
    position: integer('position').notNull(),
    amountCny: bigint('amount_cny', { mode: 'number' }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.projectId, t.category] })],
);

/** What a co-founded platform or institute (共建平台、研究院) is besides a project. */
export const projectInstitutions = pgTable('project_institutions', {
  projectId: uuid('project_id')
    .primaryKey()
    .references(() => projects.id),
  name: text('name').notNull(),
  /** GB/T 2260. */
  regionCode: text('region_code').notNull(),
  foundedOn: date('founded_on', { mode: 'string' }).notNull(),
  termYears: integer('term_years').notNull(),
  headcount: integer('headcount'),
  governance: text('governance'),
});
