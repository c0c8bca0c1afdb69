import type { MessageType, subscriptions } from '../core/messages.ts';
import type { Circle } from './circles.ts';

/** Messages that become notices: those with a `notify` delivery. */
export type NoticeType = {
  [Type in MessageType]: 'notify' extends (typeof subscriptions)[Type][number] ? Type : never;
}[MessageType];

export type Side = 'demand' | 'result';

/** A demand or a result as far as it matters who hears of it. */
export interface SideFacts {
  organizationId: string;
  /** The member who made the record. */
  responsibleUserId: string;
  /** The home market. */
  marketId: string;
}

/** What a message is about, re-read by id. Only what its subject has is set. */
export interface Facts {
  organization: { id: string; marketId: string } | null;
  demand: SideFacts | null;
  result: SideFacts | null;
  /** Sides of an introduction whose answer is still awaited. */
  unanswered: readonly Side[];
  /** The side of an introduction that the other asked for and no broker has opened: to it there is none yet. */
  unasked: Side | null;
  /** A joint project, a contract or an expert's assignment: of those the two sides. */
  project: {
    marketId: string;
    parties: readonly { organizationId: string; responsibleUserId: string | null }[];
  } | null;
  /** Who was asked to diagnose a demand, where that is a member of an organization. */
  expert: { userId: string; organizationId: string } | null;
  /** Whose saved search it is about. */
  searcher: { userId: string; organizationId: string } | null;
  /** Who asked for an import. */
  importer: { userId: string; organizationId: string } | null;
  /** Who runs a campaign, its market, the markets whose districts lag, who has a draft for it and who has entered. */
  campaign: {
    organizationId: string;
    marketId: string;
    laggingMarketIds: readonly string[];
    draftOwnerIds: readonly string[];
    entrantIds: readonly string[];
  } | null;
  /** Whose webhook it is about. */
  webhook: { organizationId: string } | null;
  /** A credit restriction: whose, of whose market, and which bureau's. */
  restriction: { organizationId: string; marketId: string; bureauId: string | null } | null;
  /** The message of a conversation that it is about. */
  conversation: { introductionId: string; number: number; authorUserId: string } | null;
  /** Whose act the message records. */
  actorOrganizationId: string | null;
}

function owners(side: SideFacts | null): Circle[] {
  if (side === null) return [];
  return [{ kind: 'owners', organizationId: side.organizationId, responsibleUserId: side.responsibleUserId }];
}

function brokers(of: { marketId: string } | null): Circle[] {
  return of === null ? [] : [{ kind: 'staff', marketId: of.marketId }];
}

function directors(of: { marketId: string } | null): Circle[] {
  return of === null ? [] : [{ kind: 'directors', marketId: of.marketId }];
}

function members({ organization }: Facts): Circle[] {
  return organization === null ? [] : [{ kind: 'members', organizationId: organization.id }];
}

function everybody({ demand, result, unasked }: Facts): Circle[] {
  return [
    ...(unasked === 'demand' ? [] : owners(demand)),
    ...(unasked === 'result' ? [] : owners(result)),
    ...brokers(demand),
    ...(unasked === null ? brokers(result) : []),
  ];
}

function awaited(facts: Facts): Circle[] {
  return facts.unanswered.flatMap((side) => owners(facts[side]));
}

/** An answer is news to the other party and to the demand's broker, who leads. */
function otherParty(facts: Facts): Circle[] {
  const others = [facts.demand, facts.result].filter((side) => side?.organizationId !== facts.actorOrganizationId);
  return [...others.flatMap(owners), ...brokers(facts.demand)];
}

function projectParties({ project }: Facts): Circle[] {
  if (project === null) return [];
  const parties = project.parties.map(
    ({ organizationId, responsibleUserId }): Circle => ({ kind: 'owners', organizationId, responsibleUserId }),
  );
  return [...parties, ...brokers(project)];
}

function person({ searcher }: Facts): Circle[] {
  return searcher === null ? [] : [{ kind: 'person', ...searcher }];
}

function importer({ importer }: Facts): Circle[] {
  return importer === null ? [] : [{ kind: 'person', ...importer }];
}

function expert({ expert }: Facts): Circle[] {
  return expert === null ? [] : [{ kind: 'person', ...expert }];
}

function managers({ webhook }: Facts): Circle[] {
  return webhook === null ? [] : [{ kind: 'managers', ...webhook }];
}

/** Admins of the organization, staff of its market, officers of the bureau. */
function restrictionParties({ restriction }: Facts): Circle[] {
  if (restriction === null) return [];
  const { organizationId, bureauId } = restriction;
  return [
    { kind: 'managers', organizationId },
    ...brokers(restriction),
    ...(bureauId === null ? [] : [{ kind: 'managers', organizationId: bureauId } as const]),
  ];
}

function recordOwners({ demand, result }: Facts): Circle[] {
  return [...owners(demand), ...owners(result)];
}

function recordBrokers({ demand, result }: Facts): Circle[] {
  return [...brokers(demand), ...brokers(result)];
}

function recordOwnersAndBrokers(facts: Facts): Circle[] {
  return [...recordOwners(facts), ...recordBrokers(facts)];
}

/** Staff of its market, and who answers for it. */
function organizers({ campaign }: Facts): Circle[] {
  return campaign === null ? [] : [{ kind: 'managers', organizationId: campaign.organizationId }, ...brokers(campaign)];
}

/** Markets whose districts are below their quota, and organizations that have begun a demand for it. */
function laggards({ campaign }: Facts): Circle[] {
  if (campaign === null) return [];
  return [
    ...campaign.laggingMarketIds.flatMap((marketId) => brokers({ marketId })),
    ...campaign.draftOwnerIds.map((organizationId): Circle => ({ kind: 'members', organizationId })),
  ];
}

function entrants({ campaign }: Facts): Circle[] {
  return (campaign?.entrantIds ?? []).map((organizationId): Circle => ({ kind: 'members', organizationId }));
}

/** Who hears of what. */
const audiences: Record<NoticeType, (facts: Facts) => Circle[]> = {
  'organization.registered': ({ organization }) => brokers(organization),
  'organization.verified': members,
  'organization.suspended': members,
  'organization.reinstated': members,
  'restriction.imposed': restrictionParties,
  'restriction.appealed': restrictionParties,
  'restriction.upheld': restrictionParties,
  'restriction.overturned': restrictionParties,
  'restriction.lifted': restrictionParties,
  'restriction.expired': restrictionParties,
  'demand.submitted': recordBrokers,
  'demand.returned': recordOwners,
  'demand.rejected': recordOwners,
  'demand.published': recordOwners,
  'demand.expiring': recordOwners,
  'demand.expired': recordOwners,
  'demand.merged': recordOwners,
  'demand.absorbed': recordOwners,
  'demand.unmerged': recordOwners,
  'result.submitted': recordBrokers,
  'result.returned': recordOwners,
  'result.rejected': recordOwners,
  'result.published': recordOwners,
  'result.expiring': recordOwners,
  'result.expired': recordOwners,
  'result.merged': recordOwners,
  'result.absorbed': recordOwners,
  'result.unmerged': recordOwners,
  'match.suggested': everybody,
  'introduction.requested': ({ demand }) => brokers(demand),
  'introduction.opened': (facts) => [...awaited(facts), ...brokers(facts.result)],
  'introduction.answered': otherParty,
  'introduction.accepted': everybody,
  'introduction.declined': everybody,
  'introduction.reminded': awaited,
  'introduction.escalated': ({ demand }) => directors(demand),
  'introduction.lapsed': everybody,
  'introduction.reopened': (facts) => [...awaited(facts), ...brokers(facts.result)],
  'message.posted': everybody,
  'agreement.accepted': otherParty,
  'agreement.concluded': everybody,
  'search.matched': person,
  'project.created': projectParties,
  'project.activated': projectParties,
  'project.completed': projectParties,
  'project.terminated': projectParties,
  'project.suspended': projectParties,
  'project.resumed': projectParties,
  'project.change_proposed': projectParties,
  'project.change_applied': projectParties,
  'project.change_rejected': projectParties,
  'milestone.due': projectParties,
  'milestone.overdue': projectParties,
  'milestone.submitted': projectParties,
  'milestone.accepted': projectParties,
  'milestone.rework': projectParties,
  'milestone.payment_recorded': projectParties,
  'milestone.payment_confirmed': projectParties,
  'milestone.payment_disputed': projectParties,
  'contract.submitted': ({ project }) => brokers(project),
  'contract.returned': projectParties,
  'contract.approved': projectParties,
  'contract.registered': projectParties,
  'contract.revoked': projectParties,
  'expert_assignment.proposed': projectParties,
  'expert_assignment.accepted': projectParties,
  'expert_assignment.declined': projectParties,
  'expert_assignment.ended': projectParties,
  'diagnosis.opened': (facts) => [...owners(facts.demand), ...expert(facts)],
  'diagnosis.expert_assigned': (facts) => [...owners(facts.demand), ...expert(facts)],
  'diagnosis.version_proposed': recordOwnersAndBrokers,
  'diagnosis.version_signed': (facts) => [...brokers(facts.demand), ...expert(facts)],
  'diagnosis.version_refused': (facts) => [...brokers(facts.demand), ...expert(facts)],
  'diagnosis.closed': (facts) => [...owners(facts.demand), ...expert(facts)],
  'campaign.opened': organizers,
  'campaign.closing': (facts) => [...organizers(facts), ...laggards(facts)],
  'campaign.closed': (facts) => [...organizers(facts), ...entrants(facts)],
  'import.finished': importer,
  'import.failed': importer,
  'webhook.disabled': managers,
};

export function isNoticeType(type: string): type is NoticeType {
  return Object.hasOwn(audiences, type);
}

export function circlesOf(type: NoticeType, facts: Facts): Circle[] {
  return audiences[type](facts);
}
