import { type Actor, refuseSuspended } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import { brokers, isPublic, type OwnedRecord, owns } from '../records/service.ts';

/** Advice on a draft is for those who write demands, and for those who help them to. */
export function mayAskAdvice(actor: Actor): void {
  if (actor.kind === 'user' && actor.organizationKind === 'enterprise') return;
  if (actor.kind === 'user' && (actor.role === 'broker' || actor.role === 'director')) return;
  throw forbidden({
    zh: '需求起草建议供企业成员和市场工作人员使用。',
    en: 'Advice on drafts is for members of enterprises and for staff of markets.',
  });
}

/**
 * How well a demand is told is the business of its owner and its brokers.
 * @throws AppError NOT_FOUND for everybody else
 */
export function mayReadQuality(actor: Actor, demand: OwnedRecord): void {
  if (!owns(actor, demand) && !brokers(actor, demand)) throw notFound();
}

export interface DiagnosisFacts {
  demand: OwnedRecord;
  expertUserId: string | null;
  expertOrganizationId: string | null;
}

export type DiagnosisAudience = 'owner' | 'broker' | 'expert';

/**
 * The demand's owner, staff of its home market and above, and the expert who was asked.
 * @throws AppError NOT_FOUND for everybody else
 */
export function audienceOf(
  actor: Actor,
  { demand, expertUserId, expertOrganizationId }: DiagnosisFacts,
): DiagnosisAudience {
  if (owns(actor, demand)) return 'owner';
  if (brokers(actor, demand)) return 'broker';
  if (actor.kind === 'user' && actor.userId === expertUserId && actor.organizationId === expertOrganizationId)
    return 'expert';
  throw notFound();
}

/** A diagnosis is opened by the market: staff of the demand's home market, or of one above. */
export function mayOpen(actor: Actor, demand: OwnedRecord & { ownerVerified: boolean }, now: Date): void {
  if (brokers(actor, demand)) return;
  if (!owns(actor, demand) && !isPublic(demand, now)) throw notFound();
  throw forbidden(staffOnly);
}

/** Assigning the expert, closing. */
export function mayLead(actor: Actor, facts: DiagnosisFacts): void {
  if (audienceOf(actor, facts) !== 'broker') throw forbidden(staffOnly);
}

/** Rewriting, recording visits. @returns as whom the actor does it */
export function mayWork(actor: Actor, facts: DiagnosisFacts): 'broker' | 'expert' {
  const audience = audienceOf(actor, facts);
  refuseSuspended(actor);
  if (audience !== 'owner') return audience;
  throw forbidden({
    zh: '改写和走访由市场工作人员或诊断专家记录；企业确认或退回改写稿。',
    en: 'Staff of the market and the expert rewrite and record visits; the enterprise signs or refuses.',
  });
}

/** Signing and refusing. */
export function mayAnswer(actor: Actor, facts: DiagnosisFacts): void {
  if (audienceOf(actor, facts) !== 'owner')
    throw forbidden({ zh: '改写稿只能由企业确认或退回。', en: 'Only the enterprise may sign or refuse a version.' });
  refuseSuspended(actor);
}

/** Who decides and what it may cost are none of the expert's business. */
export function mayProposeConfidential(as: DiagnosisAudience): void {
  if (as === 'broker') return;
  throw forbidden({
    zh: '决策人和预算只能由市场工作人员填写。',
    en: 'Only staff of the market may propose who decides and the budget.',
  });
}

const staffOnly = {
  zh: '只有需求所属市场的工作人员可以这样做。',
  en: "Only staff of the demand's home market may do this.",
};
