import type { Actor } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import { brokers, type OwnedRecord, owns } from '../records/service.ts';

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
