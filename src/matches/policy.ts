import type { Actor } from '../core/actor.ts';
import { type AppError, forbidden, notFound } from '../core/errors.ts';
import { brokers, type OwnedRecord, owns } from '../records/service.ts';

export type Side = 'demand' | 'result';

/** The two records of a match, as far as the rules ask. */
export interface Pair {
  demand: OwnedRecord & { anonymous: boolean };
  result: OwnedRecord;
}

/**
 * What the actor is to a pair. The demand's home market leads; the result's is told and sees the demand's side as a
 * stranger does until its university has been let in.
 */
export interface Standing {
  leads: boolean;
  brokersResult: boolean;
  ownsDemand: boolean;
  ownsResult: boolean;
}

/** @throws AppError NOT_FOUND for everybody who has no part in the pair */
export function standingIn(actor: Actor, { demand, result }: Pair): Standing {
  const standing = {
    leads: brokers(actor, demand),
    brokersResult: brokers(actor, result),
    ownsDemand: owns(actor, demand),
    ownsResult: owns(actor, result),
  };
  if (!Object.values(standing).some(Boolean)) throw notFound();
  return standing;
}

/** The matches of a record are for its owner and for the brokers of its home market or above. */
export function mayListMatchesOf(actor: Actor, record: OwnedRecord): void {
  if (!owns(actor, record) && !brokers(actor, record)) throw notFound();
}

/** Public to brokers: whoever introduces an organization may know how long it takes to answer. */
export function mayReadAnswerTimes(actor: Actor): void {
  if (actor.kind === 'user' && (actor.role === 'broker' || actor.role === 'director')) return;
  throw forbidden({ zh: '答复用时供市场工作人员查看。', en: 'Answer times are for the staff of a market.' });
}

/** The desk is for the staff of a market. */
export function deskOf(actor: Actor): readonly string[] {
  if (actor.kind === 'user' && (actor.role === 'broker' || actor.role === 'director')) return actor.marketIds;
  throw forbidden({ zh: '此列表供市场工作人员使用。', en: 'This list is for the staff of a market.' });
}

export function mayLead(actor: Actor, pair: Pair): void {
  if (!standingIn(actor, pair).leads) {
    throw forbidden({
      zh: '由需求方所属市场的经纪人推进此匹配。',
      en: "The brokers of the demand's home market lead this match.",
    });
  }
}

/** The side on whose behalf the actor asks or answers. */
export function mayActFor(actor: Actor, pair: Pair): Side {
  const standing = standingIn(actor, pair);
  const side = standing.ownsDemand ? 'demand' : standing.ownsResult ? 'result' : null;
  if (side === null) throw brokerIsNoParty();
  if (actor.kind === 'user' && actor.organizationStatus === 'verified') return side;
  throw forbidden({
    zh: '机构未通过审核或已被暂停，暂不能操作。',
    en: 'The organization is not verified, or is suspended; it may read and not act.',
  });
}

function brokerIsNoParty(): AppError {
  return forbidden({
    zh: '经纪人不能代替当事方答复。',
    en: 'A broker cannot answer for a party.',
  });
}

/** What the rules ask of an introduction besides its pair. */
export interface IntroductionFacts {
  openedAt: Date | null;
  requestedBySide: Side | null;
}

/** A request is between the party that asked and the broker: to the other party it does not exist before it is opened. */
export function standingInIntroduction(actor: Actor, pair: Pair, introduction: IntroductionFacts): Standing {
  const standing = standingIn(actor, pair);
  if (introduction.openedAt !== null) return standing;
  const asked =
    introduction.requestedBySide === 'demand'
      ? { ...standing, brokersResult: false, ownsResult: false }
      : { ...standing, brokersResult: false, ownsDemand: false };
  if (!Object.values(asked).some(Boolean)) throw notFound();
  return asked;
}

/** The name of an anonymous demand's organization: for itself, its brokers, and the university that both let each other in. */
export function seesDemandParty(standing: Standing, anonymous: boolean, accepted: boolean): boolean {
  return !anonymous || standing.leads || standing.ownsDemand || (accepted && standing.ownsResult);
}

/** Which introductions are the actor's, as a condition for a list. */
export interface IntroductionScope {
  marketIds: readonly string[];
  organizationId: string | null;
  /** Set where only records of this very member count. */
  ownerUserId: string | null;
}

export function introductionScope(actor: Actor): IntroductionScope {
  if (actor.kind !== 'user') return { marketIds: [], organizationId: null, ownerUserId: null };
  const isBroker = actor.role === 'broker' || actor.role === 'director';
  const personal = actor.organizationKind === 'university' && actor.role !== 'admin';
  return {
    marketIds: isBroker ? actor.marketIds : [],
    organizationId: actor.organizationId,
    ownerUserId: personal ? actor.userId : null,
  };
}

/** What was observed of all markets together is for those who run the platform. */
export function mayReadObservations(actor: Actor): void {
  if (actor.kind === 'user' && actor.administrator) return;
  throw forbidden({
    zh: '只有平台管理员可以导出匹配观测数据。',
    en: 'Only the administrator exports what was observed.',
  });
}

/**
 * Who may see what a draft would match: a verified organization's people for their own side, brokers for both.
 * @returns the organization in whose name the draft stands
 */
export function mayPreview(actor: Actor, side: Side): string {
  if (actor.kind === 'user' && actor.organizationId !== null && actor.organizationStatus === 'verified') {
    const isBroker = actor.role === 'broker' || actor.role === 'director';
    if (isBroker || actor.organizationKind === postedBy[side]) return actor.organizationId;
  }
  throw forbidden({
    zh: '仅限已通过审核的企业（需求）、高校院所（成果）成员及市场工作人员预览匹配。',
    en: 'A preview is for members of a verified enterprise (demands) or university (results), and for the staff of a market.',
  });
}

const postedBy = { demand: 'enterprise', result: 'university' } as const satisfies Record<Side, string>;

/** Whether the actor may have matches found anew at all: the administrator everywhere, directors in their territory. */
export function mayRefreshSome(actor: Actor): void {
  if (actor.kind === 'user' && (actor.administrator || actor.role === 'director')) return;
  throw forbidden({
    zh: '只有平台管理员或市场主任可以重算全部匹配。',
    en: 'Only the administrator or a director of a market may have all matches found anew.',
  });
}

export function mayRefreshAllOf(actor: Actor, marketId: string): void {
  mayRefreshSome(actor);
  if (actor.kind === 'user' && (actor.administrator || actor.marketIds.includes(marketId))) return;
  throw forbidden({
    zh: '只能重算本市场及其下级市场的匹配。',
    en: 'A director may have the matches of the own market and those below it found anew, and no others.',
  });
}
