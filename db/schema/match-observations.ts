import { sql } from 'drizzle-orm';
import { doublePrecision, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from 'drizzle-orm/pg-core';
import { idColumn, instant } from './columns.ts';
import { matchStatuses } from './matches.ts';

/** What became of a pair, in the order in which it usually does. See docs/adr/0008. */
export const observedActions = [
  'suggested',
  'shown',
  'viewed',
  'shortlisted',
  'dismissed',
  'requested',
  'introduced',
  'accepted',
  'declined',
  'lapsed',
  'reopened',
  'record_withdrawn',
  'record_closed',
  'record_expired',
  'project_created',
  'project_activated',
  'project_completed',
  'project_terminated',
  'contract_registered',
  'contract_revoked',
] as const;

/** Who did it: a role, never a person. `result_broker`: the broker of the result's market, who does not lead. */
export const observers = ['demand', 'result', 'broker', 'result_broker', 'system', 'other'] as const;

export const observedLists = ['demand', 'result', 'desk'] as const;

/**
 * What a later learner needs of each answer, as it stood at that moment; rows are added and never changed. No foreign
 * keys: what was observed outlives what it was observed on. No names, no texts, no person.
 */
export const matchObservations = pgTable(
  'match_observations',
  {
    id: idColumn(),
    at: instant('at').notNull(),
    action: text('action', { enum: observedActions }).notNull(),
    actor: text('actor', { enum: observers }).notNull(),
    /** Whose market, enterprise or university acted; null for the system. */
    organizationId: uuid('organization_id'),
    /** Of an answer or the end of a record: which of the two sides it was. */
    side: text('side', { enum: ['demand', 'result'] }),
    /** A code: of a vocabulary for dismissed and declined, the outcome of a closed record, why an introduction lapsed. */
    reason: text('reason'),
    matchId: uuid('match_id').notNull(),
    demandId: uuid('demand_id').notNull(),
    resultId: uuid('result_id').notNull(),
    introductionId: uuid('introduction_id'),
    projectId: uuid('project_id'),
    /** The demand's home market. */
    marketId: uuid('market_id').notNull(),
    /** Of the match, once the action was done; at the end of a record, before it left the lists. */
    matchStatus: text('match_status', { enum: matchStatuses }).notNull(),
    /** Content versions of the records and of the model that the features were made of. */
    demandVersion: integer('demand_version').notNull(),
    resultVersion: integer('result_version').notNull(),
    modelVersion: text('model_version').notNull(),
    /** 0–100. */
    score: doublePrecision('score').notNull(),
    /** Feature, value, weight, points, stated: as scored. */
    contributions: jsonb('contributions').$type<unknown[]>().notNull(),
    gates: jsonb('gates').$type<{ gate: string; passed: boolean }[]>().notNull(),
    /** The one gate in the way of a near miss. */
    nearMissGate: text('near_miss_gate'),
    /** From 1 in the demand's list as it is read without filters, and how long that was; null for what it does not hold. */
    demandPosition: integer('demand_position'),
    demandListLength: integer('demand_list_length'),
    /** The same in the result's list. */
    resultPosition: integer('result_position'),
    resultListLength: integer('result_list_length'),
    /** Of `shown`: the list that was read, and the place in it with the filters asked for. */
    list: text('list', { enum: observedLists }),
    listPosition: integer('list_position'),
    listLength: integer('list_length'),
  },
  (t) => [
    index('match_observations_at_idx').on(t.at, t.id),
    index('match_observations_match_id_idx').on(t.matchId, t.at),
    // Whoever looks again on the same day (Beijing) at the same finding adds nothing.
    uniqueIndex('match_observations_seen_key')
      .on(
        t.organizationId,
        t.matchId,
        t.action,
        sql`coalesce(list, '')`,
        t.modelVersion,
        t.demandVersion,
        t.resultVersion,
        sql`((at at time zone 'Asia/Shanghai')::date)`,
      )
      .where(sql`action in ('shown', 'viewed')`),
  ],
);
