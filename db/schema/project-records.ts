import { sql } from 'drizzle-orm';
import { bigint, date, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, versionColumn } from './columns.ts';
import { files } from './files.ts';
import { organizations } from './organizations.ts';
import { type Contribution, projectMilestones, projects } from './projects.ts';

/** Each time that a milestone was handed in, and what was said to it. */
export const milestoneSubmissions = pgTable(
  'milestone_submissions',
  {
    id: idColumn(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    milestoneId: uuid('milestone_id')
      .notNull()
      .references(() => projectMilestones.id),
    /** From 1, in the milestone. */
    number: integer('number').notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    userId: uuid('user_id').notNull(),
    submittedAt: instant('submitted_at').notNull(),
    verdict: text('verdict', { enum: ['accepted', 'rework'] }),
    judgedAt: instant('judged_at'),
    judgedByUserId: uuid('judged_by_user_id'),
    reworkReason: text('rework_reason'),
  },
  (t) => [
    uniqueIndex('milestone_submissions_key').on(t.milestoneId, t.number),
    index('milestone_submissions_project_id_idx').on(t.projectId),
    index('milestone_submissions_organization_id_idx').on(t.organizationId),
  ],
);

export interface EvidenceDocument {
  name: string;
  note: string | null;
}

/** Under row-level security: the parties of the project and the market's staff. */
export const milestoneEvidence = pgTable('milestone_evidence', {
  submissionId: uuid('submission_id')
    .primaryKey()
    .references(() => milestoneSubmissions.id),
  statement: text('statement'),
  documents: jsonb('documents').$type<EvidenceDocument[]>().notNull(),
});

/**
 * Files that show that a milestone is reached: first those that the partners get ready, without a submission, then for good
 * those of one. Under row-level security.
 */
export const milestoneFiles = pgTable(
  'milestone_files',
  {
    id: idColumn(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    milestoneId: uuid('milestone_id')
      .notNull()
      .references(() => projectMilestones.id),
    submissionId: uuid('submission_id').references(() => milestoneSubmissions.id),
    /** The partner whose member added it. */
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    name: text('name').notNull(),
    fileId: uuid('file_id')
      .notNull()
      .references(() => files.id),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('milestone_files_ready_key').on(t.milestoneId, t.name).where(sql`submission_id is null`),
    uniqueIndex('milestone_files_submission_id_name_key').on(t.submissionId, t.name),
    index('milestone_files_milestone_id_idx').on(t.milestoneId),
    index('milestone_files_project_id_idx').on(t.projectId),
    index('milestone_files_organization_id_idx').on(t.organizationId),
    index('milestone_files_file_id_idx').on(t.fileId),
  ],
);

export const paymentStatuses = ['recorded', 'confirmed', 'disputed', 'withdrawn', 'released'] as const;

/** What was paid for a milestone, in instalments or at once (docs/adr/0025). */
export const projectPayments = pgTable(
  'project_payments',
  {
    id: idColumn(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    milestoneId: uuid('milestone_id')
      .notNull()
      .references(() => projectMilestones.id),
    status: text('status', { enum: paymentStatuses }).notNull(),
    amountCny: bigint('amount_cny', { mode: 'number' }).notNull(),
    paidOn: date('paid_on', { mode: 'string' }).notNull(),
    payerOrganizationId: uuid('payer_organization_id')
      .notNull()
      .references(() => organizations.id),
    /** Null of a payment that was released to several partners together. */
    payeeOrganizationId: uuid('payee_organization_id').references(() => organizations.id),
    /** Null of what was paid before payments were kept. */
    recordedByUserId: uuid('recorded_by_user_id'),
    decidedByUserId: uuid('decided_by_user_id'),
    decidedAt: instant('decided_at'),
    version: versionColumn(),
    createdAt: createdAt(),
  },
  (t) => [
    index('project_payments_project_id_idx').on(t.projectId),
    index('project_payments_milestone_id_idx').on(t.milestoneId),
    index('project_payments_payer_organization_id_idx').on(t.payerOrganizationId),
    index('project_payments_payee_organization_id_idx').on(t.payeeOrganizationId),
  ],
);

/** Under row-level security: payer, payee and the market's staff. */
export const projectPaymentConfidential = pgTable('project_payment_confidential', {
  paymentId: uuid('payment_id')
    .primaryKey()
    .references(() => projectPayments.id),
  /** The bank's, or the voucher's. */
  reference: text('reference'),
  note: text('note'),
  disputeReason: text('dispute_reason'),
});

/** What the parties of a project have agreed on, whole, so that a change can be held against it. */
export interface ProjectTerms {
  budgetCny: number;
  budgetItems: { category: string; amountCny: number }[];
  parties: {
    organizationId: string;
    role: 'lead' | 'partner' | 'funder';
    responsibleUserId: string | null;
    workShare: number | null;
    benefitShare: number | null;
    contributions: Contribution[];
  }[];
  milestones: {
    id: string;
    title: string;
    startsOn: string | null;
    dueOn: string;
    acceptanceCriteria: string;
    paymentShare: number;
    amountCny: number;
  }[];
}

/** A change of a running project's terms that a party asks the others for. */
export const projectChanges = pgTable(
  'project_changes',
  {
    id: idColumn(),
    projectId: uuid('project_id')
      .notNull()
      .references(() => projects.id),
    /** From 1, in the project. */
    number: integer('number').notNull(),
    status: text('status', { enum: ['proposed', 'applied', 'rejected', 'withdrawn', 'lapsed'] }).notNull(),
    reason: text('reason').notNull(),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    userId: uuid('user_id').notNull(),
    before: jsonb('before').$type<ProjectTerms>().notNull(),
    after: jsonb('after').$type<ProjectTerms>().notNull(),
    decidedAt: instant('decided_at'),
    version: versionColumn(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('project_changes_key').on(t.projectId, t.number),
    uniqueIndex('project_changes_proposed_key').on(t.projectId).where(sql`status = 'proposed'`),
    index('project_changes_organization_id_idx').on(t.organizationId),
  ],
);

/** Rows are added and never changed. */
export const projectChangeAnswers = pgTable(
  'project_change_answers',
  {
    id: idColumn(),
    changeId: uuid('change_id')
      .notNull()
      .references(() => projectChanges.id),
    organizationId: uuid('organization_id')
      .notNull()
      .references(() => organizations.id),
    userId: uuid('user_id').notNull(),
    answer: text('answer', { enum: ['accept', 'reject'] }).notNull(),
    comment: text('comment'),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('project_change_answers_key').on(t.changeId, t.organizationId),
    index('project_change_answers_organization_id_idx').on(t.organizationId),
  ],
);
