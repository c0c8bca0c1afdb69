import { countWaitingContracts, listWaitingContracts } from '../../contracts/service.ts';
import { chinaDate } from '../../core/clock.ts';
import { decodeTimeCursor, type PageKey } from '../../core/paging.ts';
import type { Db } from '../../core/transaction.ts';
import { countDemandReviews, type DemandRow, listDemandReviews } from '../../demands/service.ts';
import {
  countDeskIntroductions,
  countUnhandledMatches,
  type DeskIntroductionFilter,
  type IntroductionRow,
  listDeskIntroductions,
  listUnhandledMatches,
  scoreKey,
} from '../../matches/service.ts';
import { countOverdueMilestones, listOverdueMilestones } from '../../projects/service.ts';
import { countResultReviews, listResultReviews, type ResultRow } from '../../results/service.ts';
import type { DeskCategory } from '../inputs.ts';
import { contractsLateBefore } from '../rules.ts';
import type { DeskItem } from '../views.ts';

/** Whose desk, and what of it. */
export interface DeskScope {
  marketIds: readonly string[];
  forUserId: string | null;
  minScore: number;
  now: Date;
}

/** An item before its people and records are named, and where its list goes on after it. */
export interface DeskRow extends Omit<DeskItem, 'assignedTo' | 'names'> {
  key: PageKey;
  assignedToUserId: string | null;
  /** As far as they are known without another query. */
  names: DeskItem['names'];
  pair: { demandId: string; resultId: string } | null;
}

interface Category {
  group: 'waiting' | 'late';
  keyOf(cursor: string | undefined): PageKey | null;
  count(db: Db, scope: DeskScope, atMost: number): Promise<number>;
  list(db: Db, scope: DeskScope, page: { after: PageKey | null; limit: number }): Promise<DeskRow[]>;
}

const plain = {
  score: null,
  since: null,
  dueAt: null,
  escalated: false,
  assignedToUserId: null,
  names: [],
  pair: null,
};

function reviewRow(type: 'demand' | 'result', row: DemandRow | ResultRow): DeskRow {
  const { id, code, title, assignedToUserId } = row;
  return {
    ...plain,
    type,
    id,
    href: `/v1/${type}s/${id}`,
    names: [{ code, title }],
    // A submitted record is not changed before the market has looked at it; a proposal may be.
    since: row.updatedAt.toISOString(),
    assignedToUserId,
    key: { at: row.createdAt.toISOString(), id },
  };
}

function introductionRow(row: IntroductionRow): DeskRow {
  const { id, assignedToUserId, demandId, resultId } = row;
  return {
    ...plain,
    type: 'introduction',
    id,
    href: `/v1/introductions/${id}`,
    since: (row.openedAt ?? row.createdAt).toISOString(),
    dueAt: row.dueAt?.toISOString() ?? null,
    escalated: row.escalatedAt !== null,
    assignedToUserId,
    pair: { demandId, resultId },
    key: { at: row.dueAt?.toISOString() ?? '', id },
  };
}

function introductions(
  group: Category['group'],
  which: (scope: DeskScope) => DeskIntroductionFilter['which'],
): Category {
  return {
    group,
    keyOf: decodeTimeCursor,
    count: (db, scope, atMost) => countDeskIntroductions(db, { ...scope, which: which(scope) }, atMost),
    list: async (db, scope, page) =>
      (await listDeskIntroductions(db, { ...scope, which: which(scope) }, page)).map(introductionRow),
  };
}

export const categories: Readonly<Record<DeskCategory, Category>> = {
  'demands-in-review': {
    group: 'waiting',
    keyOf: decodeTimeCursor,
    count: countDemandReviews,
    list: async (db, scope, page) => (await listDemandReviews(db, scope, page)).map((row) => reviewRow('demand', row)),
  },
  'results-in-review': {
    group: 'waiting',
    keyOf: decodeTimeCursor,
    count: countResultReviews,
    list: async (db, scope, page) => (await listResultReviews(db, scope, page)).map((row) => reviewRow('result', row)),
  },
  'suggested-matches': {
    group: 'waiting',
    keyOf: scoreKey,
    count: countUnhandledMatches,
    list: async (db, scope, page) =>
      (await listUnhandledMatches(db, scope, page)).map((row) => ({
        ...plain,
        type: 'match',
        id: row.id,
        href: `/v1/matches/${row.id}`,
        score: row.score,
        since: row.createdAt.toISOString(),
        pair: { demandId: row.demandId, resultId: row.resultId },
        key: { at: String(row.score), id: row.id },
      })),
  },
  'requested-introductions': introductions('waiting', () => 'requested'),
  'late-introductions': introductions('late', ({ now }) => ({ lateAt: now })),
  'overdue-milestones': {
    group: 'late',
    keyOf: dayKey,
    count: (db, { marketIds, now }, atMost) => countOverdueMilestones(db, { marketIds, today: chinaDate(now) }, atMost),
    list: async (db, { marketIds, now }, page) =>
      (await listOverdueMilestones(db, { marketIds, today: chinaDate(now) }, page)).map(({ milestone, project }) => ({
        ...plain,
        type: 'milestone',
        id: milestone.id,
        href: `/v1/projects/${project.id}`,
        names: [
          { code: project.code, title: project.title },
          { code: null, title: milestone.title },
        ],
        dueAt: new Date(`${milestone.dueOn}T23:59:59+08:00`).toISOString(),
        key: { at: `${milestone.dueOn}T00:00:00.000Z`, id: milestone.id },
      })),
  },
  'late-contracts': {
    group: 'late',
    keyOf: decodeTimeCursor,
    count: (db, { marketIds, now }, atMost) =>
      countWaitingContracts(db, { marketIds, submittedBefore: contractsLateBefore(now) }, atMost),
    list: async (db, { marketIds, now }, page) =>
      (await listWaitingContracts(db, { marketIds, submittedBefore: contractsLateBefore(now) }, page)).map((row) => ({
        ...plain,
        type: 'contract',
        id: row.id,
        href: `/v1/contracts/${row.id}`,
        names: [{ code: row.code, title: row.title }],
        since: row.submittedAt?.toISOString() ?? null,
        key: { at: row.submittedAt?.toISOString() ?? '', id: row.id },
      })),
  },
};

/** Days are kept in cursors as their first moment. */
function dayKey(cursor: string | undefined): PageKey | null {
  const key = decodeTimeCursor(cursor);
  return key === null ? null : { at: key.at.slice(0, 10), id: key.id };
}
