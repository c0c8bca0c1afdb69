import { type Actor, belongsTo, brokersFor } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import type { PartyRole } from './rules.ts';

/** What the rules ask of a party. */
export interface PartyFacts {
  organizationId: string;
  role: PartyRole;
  responsibleUserId: string | null;
}

export interface ProjectFacts {
  marketId: string;
  parties: readonly PartyFacts[];
}

/** What the rules ask of the introduction that a project comes from. */
export interface IntroductionFacts {
  marketId: string;
  resultMarketId: string;
  /** null: one side has asked for it and no broker has opened it. */
  openedAt: Date | null;
  requestedBySide: 'demand' | 'result' | null;
  demand: { organizationId: string; responsibleUserId: string };
  result: { organizationId: string; responsibleUserId: string };
}

/** A university's part belongs to the member who made the record and to its admins; any other party's to all its members. */
function actsFor(actor: Actor, party: { organizationId: string; responsibleUserId: string | null }): boolean {
  if (actor.kind !== 'user' || !belongsTo(actor, party.organizationId)) return false;
  return actor.organizationKind !== 'university' || actor.role === 'admin' || actor.userId === party.responsibleUserId;
}

/** A suspended organization may read and not act. */
function mayAct(actor: Actor): void {
  if (actor.kind === 'user' && actor.organizationStatus === 'verified') return;
  throw forbidden({
    zh: '机构未通过审核或已被暂停，暂不能操作。',
    en: 'The organization is not verified, or is suspended; it may read and not act.',
  });
}

/** The broker who led the introduction or either party. To a party that was not asked yet, a request does not exist. */
export function mayCreateProject(actor: Actor, introduction: IntroductionFacts): void {
  if (brokersFor(actor, introduction.marketId)) return;
  const side = (['demand', 'result'] as const).find((each) => actsFor(actor, introduction[each]));
  const opened = introduction.openedAt !== null;
  if (side !== undefined && (opened || introduction.requestedBySide === side)) {
    mayAct(actor);
    return;
  }
  if (opened && brokersFor(actor, introduction.resultMarketId)) {
    throw forbidden({
      zh: '由需求方市场的经纪人或对接双方立项。',
      en: "The demand's broker or one of the parties creates the project.",
    });
  }
  throw notFound();
}

export type ProjectAudience = 'broker' | PartyRole;

/**
 * What the actor is to the project. Its parties and the market's staff know of it.
 * @throws AppError NOT_FOUND for everybody else
 */
export function audienceOf(actor: Actor, project: ProjectFacts): ProjectAudience {
  if (brokersFor(actor, project.marketId)) return 'broker';
  const party = project.parties.find((each) => actsFor(actor, each));
  if (party === undefined) throw notFound();
  return party.role;
}

function only(allowed: readonly ProjectAudience[], actor: Actor, project: ProjectFacts, refusal: Text): void {
  const audience = audienceOf(actor, project);
  if (!allowed.includes(audience)) throw forbidden(refusal);
  if (audience !== 'broker') mayAct(actor);
}

/** While it forms, those who will do the work and the broker write it together; a funder reads. */
export function mayForm(actor: Actor, project: ProjectFacts): void {
  only(['broker', 'lead', 'partner'], actor, project, {
    zh: '只有牵头方、合作方和经纪人可以修改项目。',
    en: 'The lead, the partners and the broker change a project.',
  });
}

/** Starting, ending, accepting. */
export function mayDirect(actor: Actor, project: ProjectFacts): void {
  only(['broker', 'lead'], actor, project, {
    zh: '只有牵头方和经纪人可以这样做。',
    en: 'Only the lead or the broker may do this.',
  });
}

export function maySubmitMilestone(actor: Actor, project: ProjectFacts): void {
  only(['partner'], actor, project, {
    zh: '里程碑由合作方提交。',
    en: 'Milestones are submitted by a partner.',
  });
}

/** Evidence that is not handed in yet is the partners' own; the others see it with the submission. */
export function seesReadyFiles(actor: Actor, project: ProjectFacts): void {
  if (audienceOf(actor, project) === 'partner') return;
  throw forbidden({
    zh: '尚未提交的验收材料只对合作方可见；提交后各参与方都能查看。',
    en: 'Evidence that is not handed in yet is for the partners; the others read it with the submission.',
  });
}

export function mayPay(actor: Actor, project: ProjectFacts): void {
  only(['lead'], actor, project, { zh: '由牵头方付款。', en: 'Payments are released by the lead.' });
}

export function mayRecordPayment(actor: Actor, project: ProjectFacts): void {
  only(['lead', 'funder'], actor, project, {
    zh: '付款由牵头方或出资方登记。',
    en: 'Payments are recorded by the lead or a funder.',
  });
}

/** Only who is a party changes what the parties agreed on; staff of the market read it. */
export function mayChange(actor: Actor, project: ProjectFacts): void {
  only(['lead', 'partner', 'funder'], actor, project, {
    zh: '变更由项目参与方提出和答复。',
    en: 'Changes are proposed and answered by the parties.',
  });
}

/** One organization's own step: the payee's answer to a payment, the taking back of what it recorded or proposed. */
export function mayActAs(organizationId: string | null): (actor: Actor, project: ProjectFacts) => void {
  return (actor, project) => {
    audienceOf(actor, project);
    const party = project.parties.find((each) => each.organizationId === organizationId);
    if (party === undefined || !actsFor(actor, party))
      throw forbidden({ zh: '这一步由另一方办理。', en: 'This step is for another party to take.' });
    mayAct(actor);
  };
}

/** Whoever proposed a change does not answer it. */
export function mayAnswerChange(proposerId: string): (actor: Actor, project: ProjectFacts) => void {
  return (actor, project) => {
    mayChange(actor, project);
    if (!belongsTo(actor, proposerId)) return;
    throw forbidden({ zh: '变更由其他参与方答复。', en: 'The other parties answer a change.' });
  };
}

/** Which projects are the actor's, as a condition for a list. */
export interface ProjectScope {
  marketIds: readonly string[];
  organizationId: string | null;
  /** Set where only the projects of this very member count. */
  responsibleUserId: string | null;
}

export function scopeOf(actor: Actor): ProjectScope {
  if (actor.kind !== 'user') return { marketIds: [], organizationId: null, responsibleUserId: null };
  const brokers = actor.role === 'broker' || actor.role === 'director';
  const personal = actor.organizationKind === 'university' && actor.role !== 'admin';
  return {
    marketIds: brokers ? actor.marketIds : [],
    organizationId: actor.organizationId,
    responsibleUserId: personal ? actor.userId : null,
  };
}
