import { type Actor, refuseSuspended } from '../core/actor.ts';
import { forbidden } from '../core/errors.ts';
import type { Standing } from '../matches/service.ts';

/** For whom somebody writes: a party, or the market of one. */
export type AuthorSide = 'demand' | 'result' | 'demand_market' | 'result_market';

/**
 * Both parties write, each by those whose record it is, and the staff of both markets.
 * @param standing what the actor is to the introduction: whoever is nothing does not come this far
 * @throws AppError FORBIDDEN for a party that is not verified, or is suspended
 */
export function mayWriteMessages(actor: Actor, { ownsDemand, ownsResult, leads }: Standing): AuthorSide {
  if (!ownsDemand && !ownsResult) {
    refuseSuspended(actor);
    return leads ? 'demand_market' : 'result_market';
  }
  requireVerified(actor);
  return ownsDemand ? 'demand' : 'result';
}

/** Each party for itself. @throws AppError FORBIDDEN for staff of a market, and for a party that may not act */
export function mayAcceptAgreement(actor: Actor, { ownsDemand, ownsResult }: Standing): 'demand' | 'result' {
  if (!ownsDemand && !ownsResult) {
    throw forbidden({ zh: '保密协议由对接双方接受。', en: 'The two parties accept the agreement, each for itself.' });
  }
  requireVerified(actor);
  return ownsDemand ? 'demand' : 'result';
}

function requireVerified(actor: Actor): void {
  if (actor.kind === 'user' && actor.organizationStatus === 'verified') return;
  throw forbidden({
    zh: '机构未通过审核或已被暂停，只能查看，不能操作。',
    en: 'The organization is not verified, or is suspended; it may read and not act.',
  });
}

/** What is sent along with a message comes from the one who wrote it. */
export function mayAddFile(actor: Actor, message: { authorUserId: string }): void {
  if (actor.kind === 'user' && actor.userId === message.authorUserId) return;
  throw forbidden({
    zh: '附件只能由消息的作者添加。',
    en: 'Only the author of a message adds files to it.',
  });
}
