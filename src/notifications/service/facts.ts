import { chinaDate } from '../../core/clock.ts';
import type { StoredMessage } from '../../core/messages.ts';
import type { Db } from '../../core/transaction.ts';
import { type DemandRow, getDemandRows, isDemandPublic } from '../../demands/service.ts';
import {
  getIntroductionParties,
  getIntroductionRow,
  getMatchRow,
  type IntroductionRow,
} from '../../matches/service.ts';
import { getOrganizationRow } from '../../organizations/service.ts';
import { getMilestoneRow, getProjectRow, listProjectParties } from '../../projects/service.ts';
import { getResultRows, isResultPublic, type ResultRow } from '../../results/service.ts';
import { getSavedSearchRow } from '../../search/service.ts';
import type { Facts, Side, SideFacts } from '../audience.ts';

/** A record's title and code, and whether anybody may read them. */
export interface Titled {
  title: string;
  code: string;
  isPublic: boolean;
}

/** What a notice may tell. Titles of records are told only to those who may see them (`paramsFor`). */
export interface Told {
  demand: Titled | null;
  result: Titled | null;
  /** For everybody in the audience. */
  params: Record<string, string>;
}

export interface Subject {
  facts: Facts;
  told: Told;
}

const nobody: Omit<Facts, 'actorOrganizationId'> = {
  organization: null,
  demand: null,
  result: null,
  unanswered: [],
  unasked: null,
  project: null,
  searcher: null,
};
const nothing: Told = { demand: null, result: null, params: {} };

/** Re-reads a message's subject. Null when it is gone, or when there is nothing to tell any more. */
export async function loadSubject(db: Db, message: StoredMessage, now: Date): Promise<Subject | null> {
  const base = { ...nobody, actorOrganizationId: message.actorOrganizationId };
  switch (message.subjectType) {
    case 'organization':
      return await organizationSubject(db, message.subjectId, base);
    case 'demand':
    case 'result':
      return await recordSubject(db, message.subjectType, message.subjectId, base, now);
    case 'match':
      return await matchSubject(db, message.subjectId, base, now);
    case 'introduction':
      return await introductionSubject(db, message.subjectId, base, now);
    case 'project':
      return await projectSubject(db, message.subjectId, base, {});
    case 'milestone': {
      const milestone = await getMilestoneRow(db, message.subjectId);
      return milestone
        ? await projectSubject(db, milestone.projectId, base, { milestoneTitle: milestone.title })
        : null;
    }
    case 'saved_search':
      return await savedSearchSubject(db, message.subjectId, base);
    case 'user':
    case 'job':
    case 'match_preview':
      return null;
  }
}

async function organizationSubject(db: Db, id: string, base: Facts): Promise<Subject | null> {
  const row = await getOrganizationRow(db, id);
  if (row === undefined) return null;
  const organization = { id, marketId: row.homeMarketId ?? row.id };
  return { facts: { ...base, organization }, told: { ...nothing, params: { organizationName: row.name } } };
}

function sideOf(row: DemandRow | ResultRow): SideFacts {
  return { organizationId: row.organizationId, responsibleUserId: row.createdByUserId, marketId: row.homeMarketId };
}

function titled(row: DemandRow | ResultRow, isPublic: boolean): Titled {
  return { title: row.title, code: row.code, isPublic };
}

async function recordSubject(db: Db, side: Side, id: string, base: Facts, now: Date): Promise<Subject | null> {
  const [row] = side === 'demand' ? await getDemandRows(db, [id]) : await getResultRows(db, [id]);
  if (row === undefined) return null;
  const params = {
    ...(row.returnReason === null ? {} : { reason: row.returnReason }),
    ...(row.validUntil === null ? {} : { validUntil: chinaDate(row.validUntil) }),
  };
  return {
    facts: { ...base, [side]: sideOf(row) },
    told: { ...nothing, [side]: titled(row, isShown(side, row, now)), params },
  };
}

function isShown(side: Side, row: DemandRow | ResultRow, now: Date): boolean {
  return side === 'demand' ? isDemandPublic(row as DemandRow, now) : isResultPublic(row as ResultRow, now);
}

async function loadPair(
  db: Db,
  ids: { demandId: string; resultId: string },
  base: Facts,
  now: Date,
): Promise<Subject | null> {
  const [demand] = await getDemandRows(db, [ids.demandId]);
  const [result] = await getResultRows(db, [ids.resultId]);
  if (demand === undefined || result === undefined) return null;
  return {
    facts: { ...base, demand: sideOf(demand), result: sideOf(result) },
    told: {
      demand: titled(demand, isDemandPublic(demand, now)),
      result: titled(result, isResultPublic(result, now)),
      params: {},
    },
  };
}

/** A suggestion that was dropped meanwhile, or one side of which is not public any more, is not told. */
async function matchSubject(db: Db, id: string, base: Facts, now: Date): Promise<Subject | null> {
  const match = await getMatchRow(db, id);
  if (!match || match.status === 'superseded' || match.status === 'dismissed') return null;
  const pair = await loadPair(db, match, base, now);
  if (!pair?.told.demand?.isPublic || !pair.told.result?.isPublic) return null;
  return { ...pair, told: { ...pair.told, params: { score: String(Math.round(match.score)) } } };
}

async function introductionSubject(db: Db, id: string, base: Facts, now: Date): Promise<Subject | null> {
  const introduction = await getIntroductionRow(db, id);
  if (!introduction) return null;
  const pair = await loadPair(db, introduction, base, now);
  if (pair === null) return null;
  const parties = await getIntroductionParties(db, id);
  const unanswered = parties.filter((party) => party.answer === null).map((party) => party.side);
  return {
    facts: { ...pair.facts, unanswered, unasked: unaskedSide(introduction) },
    told: { ...pair.told, params: introduction.dueAt === null ? {} : { dueOn: chinaDate(introduction.dueAt) } },
  };
}

function unaskedSide({ openedAt, requestedBySide }: IntroductionRow): Side | null {
  if (openedAt !== null || requestedBySide === null) return null;
  return requestedBySide === 'demand' ? 'result' : 'demand';
}

/** Names no record: what was found is shown by the search itself, to whoever may see it then. */
async function savedSearchSubject(db: Db, id: string, base: Facts): Promise<Subject | null> {
  const row = await getSavedSearchRow(db, id);
  if (row === undefined) return null;
  const { userId, organizationId } = row;
  const params = { searchName: row.name, searchKind: row.kind, count: String(row.noticedCount) };
  return { facts: { ...base, searcher: { userId, organizationId } }, told: { ...nothing, params } };
}

async function projectSubject(db: Db, id: string, base: Facts, more: Record<string, string>): Promise<Subject | null> {
  const row = await getProjectRow(db, id);
  if (row === undefined) return null;
  const project = { marketId: row.marketId, parties: await listProjectParties(db, id) };
  return {
    facts: { ...base, project },
    told: { ...nothing, params: { projectTitle: row.title, projectCode: row.code, ...more } },
  };
}
