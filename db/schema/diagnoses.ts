import { sql } from 'drizzle-orm';
import { bigint, boolean, date, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { createdAt, idColumn, instant, updatedAt, versionColumn } from './columns.ts';
import { type DemandIndicator, demands } from './demands.ts';
import { organizations } from './organizations.ts';

export const diagnosisStatuses = ['open', 'proposed', 'signed', 'closed'] as const;
export const diagnosisRoutes = ['match', 'project_guide', 'service', 'challenge'] as const;
export const diagnosisVersionStatuses = ['original', 'proposed', 'signed', 'refused', 'superseded'] as const;

/** What a diagnosis rewrites of what the public sees of a demand. */
export interface DiagnosedContent {
  title: string;
  summary: string;
  problem: string | null;
  keyTechnology: string | null;
  expectedOutcome: string | null;
  indicators: DemandIndicator[];
  alreadyTried: string | null;
  notAcceptable: string | null;
  keywords: string[];
  technologyFields: string[];
  industry: string | null;
  activityType: string | null;
  cooperationModes: string[];
  targetTrl: number | null;
}

export interface VersionScorePart {
  part: string;
  points: number;
  maxPoints: number;
  found: string[];
}

export const diagnoses = pgTable(
  'diagnoses',
  {
    id: idColumn(),
    demandId: uuid('demand_id')
      .notNull()
      .references(() => demands.id),
    status: text('status', { enum: diagnosisStatuses }).notNull(),
    openedByUserId: uuid('opened_by_user_id').notNull(),
    expertName: text('expert_name'),
    expertUserId: uuid('expert_user_id'),
    expertOrganizationId: uuid('expert_organization_id').references(() => organizations.id),
    route: text('route', { enum: diagnosisRoutes }),
    closingNote: text('closing_note'),
    closedAt: instant('closed_at'),
    version: versionColumn(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    uniqueIndex('diagnoses_open_key').on(t.demandId).where(sql`status <> 'closed'`),
    index('diagnoses_demand_id_idx').on(t.demandId),
    index('diagnoses_expert_user_id_idx').on(t.expertUserId),
    index('diagnoses_expert_organization_id_idx').on(t.expertOrganizationId),
  ],
);

/** Number 0 holds the words that the demand had when the diagnosis was opened. The words of a version never change. */
export const diagnosisVersions = pgTable(
  'diagnosis_versions',
  {
    id: idColumn(),
    diagnosisId: uuid('diagnosis_id')
      .notNull()
      .references(() => diagnoses.id),
    number: integer('number').notNull(),
    status: text('status', { enum: diagnosisVersionStatuses }).notNull(),
    content: jsonb('content').$type<DiagnosedContent>().notNull(),
    score: integer('score').notNull(),
    scoreModel: text('score_model').notNull(),
    scoreParts: jsonb('score_parts').$type<VersionScorePart[]>().notNull(),
    note: text('note'),
    authorUserId: uuid('author_user_id').notNull(),
    authorAs: text('author_as', { enum: ['owner', 'broker', 'expert'] }).notNull(),
    refusalReason: text('refusal_reason'),
    answeredByUserId: uuid('answered_by_user_id'),
    answeredAt: instant('answered_at'),
    createdAt: createdAt(),
  },
  (t) => [uniqueIndex('diagnosis_versions_key').on(t.diagnosisId, t.number)],
);

/** What a version says of the demand's confidential fields, where it says something. Under row-level security, as those. */
export const diagnosisVersionConfidential = pgTable('diagnosis_version_confidential', {
  versionId: uuid('version_id')
    .primaryKey()
    .references(() => diagnosisVersions.id),
  decisionOwner: text('decision_owner'),
  minCny: bigint('budget_min_cny', { mode: 'number' }),
  maxCny: bigint('budget_max_cny', { mode: 'number' }),
  negotiable: boolean('budget_negotiable'),
});

export const diagnosisVisits = pgTable(
  'diagnosis_visits',
  {
    id: idColumn(),
    diagnosisId: uuid('diagnosis_id')
      .notNull()
      .references(() => diagnoses.id),
    visitedOn: date('visited_on', { mode: 'string' }).notNull(),
    mode: text('mode', { enum: ['on_site', 'remote', 'laboratory'] }).notNull(),
    minutes: integer('minutes').notNull(),
    note: text('note').notNull(),
    recordedByUserId: uuid('recorded_by_user_id').notNull(),
    createdAt: createdAt(),
  },
  (t) => [index('diagnosis_visits_diagnosis_id_idx').on(t.diagnosisId, t.id)],
);
