import { loadActor } from '../../auth/service.ts';
import {
  type CampaignCircles,
  type CampaignRow,
  getCampaignCircles,
  getCampaignRows,
} from '../../campaigns/service.ts';
import { type ContractRow, getContractRows } from '../../contracts/service.ts';
import { getMessageRows, type MessageRow } from '../../conversations/service.ts';
import type { StoredMessage, SubjectType } from '../../core/messages.ts';
import type { Db } from '../../core/transaction.ts';
import { getRestrictionRows, type RestrictionRow } from '../../credit/service.ts';
import { type DemandRow, getDemandRows } from '../../demands/service.ts';
import { type DiagnosisRow, getDiagnosisRows } from '../../diagnoses/service.ts';
import { listAssignmentSubjects } from '../../experts/service.ts';
import { getJobRows, type JobRow } from '../../jobs/service.ts';
import {
  getIntroductionRows,
  getMatchRows,
  type IntroductionRow,
  listUnanswered,
  type MatchRow,
} from '../../matches/service.ts';
import { getOrganizationRows, type OrganizationRow } from '../../organizations/service.ts';
import {
  getMilestoneRows,
  getProjectRows,
  listProjectParties,
  type MilestoneRow,
  type ProjectRow,
} from '../../projects/service.ts';
import { getResultRows, type ResultRow } from '../../results/service.ts';
import { getSavedSearchRows, type SavedSearchRow } from '../../search/service.ts';
import { listWebhookRows, type WebhookRow } from '../../webhooks/service.ts';
import type { Side } from '../audience.ts';

export type AssignmentSubject = Awaited<ReturnType<typeof listAssignmentSubjects>>[number];

/** The rows that the subjects of some messages are made of, by id. */
export interface Rows {
  organizations: ReadonlyMap<string, OrganizationRow>;
  demands: ReadonlyMap<string, DemandRow>;
  results: ReadonlyMap<string, ResultRow>;
  matches: ReadonlyMap<string, MatchRow>;
  introductions: ReadonlyMap<string, IntroductionRow>;
  conversationMessages: ReadonlyMap<string, MessageRow>;
  unanswered: ReadonlyMap<string, readonly Side[]>;
  projects: ReadonlyMap<string, ProjectRow>;
  parties: Awaited<ReturnType<typeof listProjectParties>>;
  milestones: ReadonlyMap<string, MilestoneRow>;
  contracts: ReadonlyMap<string, ContractRow>;
  assignments: ReadonlyMap<string, AssignmentSubject>;
  diagnoses: ReadonlyMap<string, DiagnosisRow>;
  searches: ReadonlyMap<string, SavedSearchRow>;
  webhooks: ReadonlyMap<string, WebhookRow>;
  restrictions: ReadonlyMap<string, RestrictionRow>;
  campaigns: ReadonlyMap<string, CampaignRow>;
  campaignCircles: ReadonlyMap<string, CampaignCircles>;
  jobs: ReadonlyMap<string, JobRow>;
  /** Of jobs: the organizations of who asked for them, by user; those who are gone are not there. */
  organizationOfUser: ReadonlyMap<string, string>;
}

/** Of these messages' subjects, one query for each table. */
export async function loadRows(db: Db, messages: readonly StoredMessage[]): Promise<Rows> {
  const idsOf = (type: SubjectType) =>
    messages.filter((message) => message.subjectType === type).map((message) => message.subjectId);
  const matches = byId(await getMatchRows(db, idsOf('match')));
  const conversationMessages = byId(await getMessageRows(db, idsOf('conversation_message')));
  const introductionIds = [...conversationMessages.values()].map((row) => row.introductionId);
  const introductions = byId(await getIntroductionRows(db, [...idsOf('introduction'), ...introductionIds]));
  const milestones = byId(await getMilestoneRows(db, idsOf('milestone')));
  const diagnoses = byId(await getDiagnosisRows(db, idsOf('diagnosis')));
  const pairs = [...matches.values(), ...introductions.values()];
  const aboutDemands = [...pairs, ...diagnoses.values()].map((row) => row.demandId);
  const projectIds = [...idsOf('project'), ...[...milestones.values()].map((row) => row.projectId)];
  const campaigns = byId(await getCampaignRows(db, idsOf('campaign')));
  const restrictions = byId(await getRestrictionRows(db, idsOf('restriction')));
  const organizationIds = [...idsOf('organization'), ...[...restrictions.values()].map((row) => row.organizationId)];
  const jobs = byId(await getJobRows(db, idsOf('job')));
  return {
    organizations: byId(await getOrganizationRows(db, [...new Set(organizationIds)])),
    demands: byId(await getDemandRows(db, [...new Set([...idsOf('demand'), ...aboutDemands])])),
    results: byId(await getResultRows(db, [...new Set([...idsOf('result'), ...pairs.map((pair) => pair.resultId)])])),
    matches,
    introductions,
    conversationMessages,
    unanswered: await listUnanswered(db, [...introductions.keys()]),
    projects: byId(await getProjectRows(db, projectIds)),
    parties: await listProjectParties(db, projectIds),
    milestones,
    contracts: byId(await getContractRows(db, idsOf('contract'))),
    assignments: byId(await listAssignmentSubjects(db, idsOf('expert_assignment'))),
    diagnoses,
    searches: byId(await getSavedSearchRows(db, idsOf('saved_search'))),
    webhooks: byId(await listWebhookRows(db, idsOf('webhook'))),
    restrictions,
    campaigns,
    campaignCircles: await loadCampaignCircles(db, [...campaigns.values()]),
    jobs,
    organizationOfUser: await loadOrganizationsOf(db, [...jobs.values()]),
  };
}

function byId<Row extends { id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

async function loadCampaignCircles(
  db: Db,
  campaigns: readonly CampaignRow[],
): Promise<ReadonlyMap<string, CampaignCircles>> {
  const circles = new Map<string, CampaignCircles>();
  for (const campaign of campaigns) circles.set(campaign.id, await getCampaignCircles(db, campaign));
  return circles;
}

async function loadOrganizationsOf(db: Db, jobs: readonly JobRow[]): Promise<ReadonlyMap<string, string>> {
  const organizations = new Map<string, string>();
  for (const userId of new Set(jobs.map((job) => job.requestedByUserId))) {
    const actor = await loadActor(db, userId);
    if (actor?.kind === 'user' && actor.organizationId !== null) organizations.set(userId, actor.organizationId);
  }
  return organizations;
}
