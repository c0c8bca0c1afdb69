import type { CampaignRow } from '../../campaigns/service.ts';
import { type ContractRow, contractSides } from '../../contracts/service.ts';
import type { MessageRow } from '../../conversations/service.ts';
import { chinaDate } from '../../core/clock.ts';
import type { StoredMessage } from '../../core/messages.ts';
import type { Db } from '../../core/transaction.ts';
import { lastDayOf, type RestrictionRow } from '../../credit/service.ts';
import { type DemandRow, isDemandPublic } from '../../demands/service.ts';
import { type DiagnosisRow, expertOf } from '../../diagnoses/service.ts';
import type { JobRow } from '../../jobs/service.ts';
import type { IntroductionRow, MatchRow } from '../../matches/service.ts';
import type { OrganizationRow } from '../../organizations/service.ts';
import type { MilestoneRow, ProjectRow } from '../../projects/service.ts';
import { isResultPublic, type ResultRow } from '../../results/service.ts';
import type { SavedSearchRow } from '../../search/service.ts';
import type { WebhookRow } from '../../webhooks/service.ts';
import type { Facts, Side, SideFacts } from '../audience.ts';
import { type AssignmentSubject, loadRows, type Rows } from './subject-rows.ts';

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
  expert: null,
  searcher: null,
  importer: null,
  webhook: null,
  campaign: null,
  restriction: null,
  conversation: null,
};
const nothing: Told = { demand: null, result: null, params: {} };

/**
 * Re-reads the subjects of messages, one query for each table.
 * @returns by message id, without those that are gone and those of which there is nothing to tell any more
 */
export async function loadSubjects(
  db: Db,
  messages: readonly StoredMessage[],
  now: Date,
): Promise<Map<string, Subject>> {
  const rows = await loadRows(db, messages);
  const subjects = new Map<string, Subject>();
  for (const message of messages) {
    const subject = subjectOf(message, rows, now);
    if (subject !== null) subjects.set(message.id, subject);
  }
  return subjects;
}

function subjectOf(message: StoredMessage, rows: Rows, now: Date): Subject | null {
  const base = { ...nobody, actorOrganizationId: message.actorOrganizationId };
  const { subjectId } = message;
  switch (message.subjectType) {
    case 'organization':
      return organizationSubject(rows.organizations.get(subjectId), base);
    case 'demand':
      return recordSubject('demand', rows.demands.get(subjectId), base, now);
    case 'result':
      return recordSubject('result', rows.results.get(subjectId), base, now);
    case 'match':
      return matchSubject(rows.matches.get(subjectId), rows, base, now);
    case 'introduction':
      return introductionSubject(rows.introductions.get(subjectId), rows, base, now);
    case 'conversation_message': {
      const posted = rows.conversationMessages.get(subjectId);
      return posted ? messageSubject(posted, rows, base, now) : null;
    }
    case 'project':
      return projectSubject(rows.projects.get(subjectId), rows, base);
    case 'milestone': {
      const milestone = rows.milestones.get(subjectId);
      return milestone ? milestoneSubject(milestone, rows, base) : null;
    }
    case 'contract':
      return contractSubject(rows.contracts.get(subjectId), base);
    case 'expert_assignment':
      return assignmentSubject(rows.assignments.get(subjectId), base);
    case 'diagnosis':
      return diagnosisSubject(rows.diagnoses.get(subjectId), rows, base, now);
    case 'campaign':
      return campaignSubject(rows.campaigns.get(subjectId), rows, base);
    case 'saved_search':
      return savedSearchSubject(rows.searches.get(subjectId), base);
    case 'webhook':
      return webhookSubject(rows.webhooks.get(subjectId), base);
    case 'restriction':
      return restrictionSubject(rows.restrictions.get(subjectId), rows, base);
    case 'job':
      return importSubject(rows.jobs.get(subjectId), rows, base);
    case 'expert':
    case 'user':
    case 'match_preview':
    case 'mail_digest':
      return null;
  }
}

function organizationSubject(row: OrganizationRow | undefined, base: Facts): Subject | null {
  if (row === undefined) return null;
  const organization = { id: row.id, marketId: row.homeMarketId ?? row.id };
  return { facts: { ...base, organization }, told: { ...nothing, params: { organizationName: row.name } } };
}

function assignmentSubject(subject: AssignmentSubject | undefined, base: Facts): Subject | null {
  if (subject === undefined) return null;
  const { marketId, parties, expertName, demandCode, reason } = subject;
  const params = { expertName, demandCode, ...(reason === null ? {} : { reason }) };
  return { facts: { ...base, project: { marketId, parties } }, told: { ...nothing, params } };
}

/** Without evidence, grounds and reasons: those are read in the restriction. */
function restrictionSubject(row: RestrictionRow | undefined, rows: Rows, base: Facts): Subject | null {
  const organization = row === undefined ? undefined : rows.organizations.get(row.organizationId);
  if (row === undefined || organization === undefined) return null;
  const { id: organizationId, homeMarketId } = organization;
  const restriction = {
    organizationId,
    marketId: homeMarketId ?? organizationId,
    bureauId: row.imposedByOrganizationId,
  };
  const params = { organizationName: organization.name, untilOn: lastDayOf(row.endsAt) };
  return { facts: { ...base, restriction }, told: { ...nothing, params } };
}

function sideOf(row: DemandRow | ResultRow): SideFacts {
  return { organizationId: row.organizationId, responsibleUserId: row.createdByUserId, marketId: row.homeMarketId };
}

function titled(row: DemandRow | ResultRow, isPublic: boolean): Titled {
  return { title: row.title, code: row.code, isPublic };
}

function recordSubject(side: Side, row: DemandRow | ResultRow | undefined, base: Facts, now: Date): Subject | null {
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

function pairSubject(ids: { demandId: string; resultId: string }, rows: Rows, base: Facts, now: Date): Subject | null {
  const demand = rows.demands.get(ids.demandId);
  const result = rows.results.get(ids.resultId);
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
function matchSubject(match: MatchRow | undefined, rows: Rows, base: Facts, now: Date): Subject | null {
  if (!match || match.status === 'superseded' || match.status === 'dismissed') return null;
  const pair = pairSubject(match, rows, base, now);
  if (!pair?.told.demand?.isPublic || !pair.told.result?.isPublic) return null;
  return { ...pair, told: { ...pair.told, params: { score: String(Math.round(match.score)) } } };
}

function introductionSubject(row: IntroductionRow | undefined, rows: Rows, base: Facts, now: Date): Subject | null {
  const pair = row === undefined ? null : pairSubject(row, rows, base, now);
  if (row === undefined || pair === null) return null;
  const unanswered = rows.unanswered.get(row.id) ?? [];
  return {
    facts: { ...pair.facts, unanswered, unasked: unaskedSide(row) },
    told: { ...pair.told, params: row.dueAt === null ? {} : { dueOn: chinaDate(row.dueAt) } },
  };
}

/** That there is something to read, and in which introduction; not what. */
function messageSubject(posted: MessageRow, rows: Rows, base: Facts, now: Date): Subject | null {
  const introduction = introductionSubject(rows.introductions.get(posted.introductionId), rows, base, now);
  if (introduction === null) return null;
  const { introductionId, number, authorUserId } = posted;
  const facts = { ...introduction.facts, conversation: { introductionId, number, authorUserId } };
  return { facts, told: { ...introduction.told, params: {} } };
}

function unaskedSide({ openedAt, requestedBySide }: IntroductionRow): Side | null {
  if (openedAt !== null || requestedBySide === null) return null;
  return requestedBySide === 'demand' ? 'result' : 'demand';
}

/** As its demand's; to the expert, who is no party of it, the demand is named where it is public. */
function diagnosisSubject(row: DiagnosisRow | undefined, rows: Rows, base: Facts, now: Date): Subject | null {
  const demand = row && recordSubject('demand', rows.demands.get(row.demandId), base, now);
  if (!row || !demand) return null;
  const params = row.expertName === null ? {} : { expertName: row.expertName };
  return { facts: { ...demand.facts, expert: expertOf(row) }, told: { ...demand.told, params } };
}

/** Names no record: what was found is shown by the search itself, to whoever may see it then. */
function savedSearchSubject(row: SavedSearchRow | undefined, base: Facts): Subject | null {
  if (row === undefined) return null;
  const { userId, organizationId } = row;
  const params = { searchName: row.name, searchKind: row.kind, count: String(row.noticedCount) };
  return { facts: { ...base, searcher: { userId, organizationId } }, told: { ...nothing, params } };
}

/** Told by its description: the URL may hold a key. */
function webhookSubject(row: WebhookRow | undefined, base: Facts): Subject | null {
  if (row === undefined || row.enabled) return null;
  const { organizationId, description, disabledReason } = row;
  const params = {
    ...(description === null ? {} : { webhookDescription: description }),
    ...(disabledReason === null ? {} : { disabledReason }),
  };
  return { facts: { ...base, webhook: { organizationId } }, told: { ...nothing, params } };
}

function projectSubject(row: ProjectRow | undefined, rows: Rows, base: Facts): Subject | null {
  if (row === undefined) return null;
  const parties = rows.parties.filter((party) => party.projectId === row.id);
  return {
    facts: { ...base, project: { marketId: row.marketId, parties } },
    told: { ...nothing, params: { projectTitle: row.title, projectCode: row.code } },
  };
}

function milestoneSubject(milestone: MilestoneRow, rows: Rows, base: Facts): Subject | null {
  const subject = projectSubject(rows.projects.get(milestone.projectId), rows, base);
  if (subject === null) return null;
  const params = { ...subject.told.params, milestoneTitle: milestone.title, dueOn: milestone.dueOn };
  return { ...subject, told: { ...subject.told, params } };
}

/** As a project's, whose parties are the two sides. */
function contractSubject(row: ContractRow | undefined, base: Facts): Subject | null {
  if (row === undefined) return null;
  const reason = row.status === 'revoked' ? row.revocationReason : row.returnReason;
  const params = {
    contractTitle: row.title,
    contractCode: row.code,
    ...(reason === null ? {} : { reason }),
    ...(row.registrationNumber === null ? {} : { registrationNumber: row.registrationNumber }),
  };
  const project = { marketId: row.marketId, parties: contractSides(row) };
  return { facts: { ...base, project }, told: { ...nothing, params } };
}

/** A campaign that was cancelled meanwhile is not told of any more. */
function campaignSubject(row: CampaignRow | undefined, rows: Rows, base: Facts): Subject | null {
  const circles = row === undefined ? undefined : rows.campaignCircles.get(row.id);
  if (row === undefined || circles === undefined || row.status === 'cancelled') return null;
  const { organizationId, marketId, title, deadline } = row;
  return {
    facts: { ...base, campaign: { organizationId, marketId, ...circles } },
    told: { ...nothing, params: { campaignTitle: title, dueOn: chinaDate(new Date(deadline.getTime() - 1)) } },
  };
}

/** Of jobs only imports are told, by how many rows came to what. */
function importSubject(row: JobRow | undefined, rows: Rows, base: Facts): Subject | null {
  if (row?.kind !== 'import') return null;
  const { requestedByUserId: userId, result } = row;
  const organizationId = rows.organizationOfUser.get(userId);
  const importer = organizationId === undefined ? null : { userId, organizationId };
  const params = { created: String(result.created ?? 0), faulty: String(result.faulty ?? 0) };
  return { facts: { ...base, importer }, told: { ...nothing, params } };
}
