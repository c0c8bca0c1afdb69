import { type Actor, belongsTo, brokersFor, refuseSuspended } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import { brokers, type OwnedRecord, owns } from '../records/service.ts';

/** What the rules ask of a profile. */
export interface ExpertFacts {
  organizationId: string;
  userId: string | null;
  createdByUserId: string;
  status: string;
  /** The university's. */
  homeMarketId: string;
  ownerVerified: boolean;
}

/** A profile belongs to its person, to the member who made it, and to the university's admins. */
export function keeps(actor: Actor, expert: ExpertFacts): boolean {
  if (actor.kind !== 'user' || !belongsTo(actor, expert.organizationId)) return false;
  return actor.role === 'admin' || actor.userId === expert.createdByUserId || actor.userId === expert.userId;
}

export type ExpertAudience = 'own' | 'public';

/** @throws AppError NOT_FOUND for whom there is none */
export function audienceOf(actor: Actor, expert: ExpertFacts): ExpertAudience {
  if (keeps(actor, expert)) return 'own';
  if (expert.status !== 'draft' && brokersFor(actor, expert.homeMarketId)) return 'own';
  if (expert.status === 'active' && expert.ownerVerified) return 'public';
  throw notFound();
}

export function mayRegister(actor: Actor): string {
  refuseSuspended(actor);
  if (actor.kind === 'user' && actor.organizationKind === 'university' && actor.organizationId !== null)
    return actor.organizationId;
  throw membersOnly();
}

/** @throws AppError FORBIDDEN for another university's */
export function mayRegisterFor(actor: Actor, organizationId: string): void {
  if (mayRegister(actor) !== organizationId) throw membersOnly();
}

function membersOnly() {
  return forbidden({
    zh: '专家由高校院所登记。',
    en: 'Experts are entered by members of a university or institute.',
  });
}

export function mayKeep(actor: Actor, expert: ExpertFacts): void {
  if (!keeps(actor, expert)) {
    audienceOf(actor, expert);
    throw forbidden({ zh: '只有本人、登记人和机构管理员可以修改。', en: 'Only the university changes a profile.' });
  }
  refuseSuspended(actor);
}

/** Found for its owner and its brokers. @throws AppError NOT_FOUND for everybody else */
export function mayFindFor(actor: Actor, demand: OwnedRecord): void {
  if (!owns(actor, demand) && !brokers(actor, demand)) throw notFound();
}

/** @throws AppError NOT_FOUND for who does not see the demand, FORBIDDEN for its owner */
export function mayAssign(actor: Actor, demand: OwnedRecord): void {
  mayFindFor(actor, demand);
  if (!brokers(actor, demand)) throw brokersOnly();
}

function brokersOnly() {
  return forbidden({
    zh: '由需求方所属市场的经纪人派遣专家。',
    en: "Experts are assigned by the brokers of the demand's home market.",
  });
}

/** What the rules ask of an assignment. */
export interface AssignmentFacts {
  expert: ExpertFacts;
  demand: OwnedRecord;
  acceptedAt: Date | null;
}

export type AssignmentAudience = 'broker' | 'expert' | 'owner';

/**
 * An assignment is between the demand's brokers and the expert's side; the enterprise knows of it once it was accepted.
 * @throws AppError NOT_FOUND for everybody else
 */
export function assignmentAudienceOf(
  actor: Actor,
  { expert, demand, acceptedAt }: AssignmentFacts,
): AssignmentAudience {
  if (brokers(actor, demand)) return 'broker';
  if (keeps(actor, expert)) return 'expert';
  if (acceptedAt !== null && owns(actor, demand)) return 'owner';
  throw notFound();
}

/** Accepting and declining. */
export function mayAnswer(actor: Actor, assignment: AssignmentFacts): void {
  if (assignmentAudienceOf(actor, assignment) !== 'expert') {
    throw forbidden({ zh: '由专家本人或其单位答复。', en: 'The expert or the university answers.' });
  }
  refuseSuspended(actor);
}

/** Ending, and recording services: those who work on it. Nobody but the brokers takes back what was not answered. */
export function mayWorkOn(actor: Actor, assignment: AssignmentFacts): void {
  const audience = assignmentAudienceOf(actor, assignment);
  if (audience === 'broker') return;
  if (audience === 'expert' && assignment.acceptedAt !== null) {
    refuseSuspended(actor);
    return;
  }
  throw audience === 'owner'
    ? forbidden({ zh: '由经纪人或专家登记。', en: 'The broker and the expert keep the record of an assignment.' })
    : brokersOnly();
}

/** Which assignments are the actor's, as a condition for a list. */
export interface AssignmentScope {
  marketIds: readonly string[];
  organizationId: string | null;
  /** Set where only profiles of this very member count. */
  keeperUserId: string | null;
}

export function assignmentScopeOf(actor: Actor): AssignmentScope {
  if (actor.kind !== 'user') return { marketIds: [], organizationId: null, keeperUserId: null };
  const isStaff = actor.role === 'broker' || actor.role === 'director';
  const personal = actor.organizationKind === 'university' && actor.role !== 'admin';
  return {
    marketIds: isStaff ? actor.marketIds : [],
    organizationId: actor.organizationId,
    keeperUserId: personal ? actor.userId : null,
  };
}

/** @returns the markets whose dispatches may be counted; null for all */
export function dispatchScopeOf(actor: Actor): readonly string[] | null {
  if (actor.kind === 'user' && actor.administrator) return null;
  if (actor.kind === 'user' && (actor.role === 'broker' || actor.role === 'director')) return actor.marketIds;
  throw forbidden({ zh: '此清单供市场工作人员使用。', en: 'This list is for the staff of a market.' });
}
