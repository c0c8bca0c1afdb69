import { plusDays } from '../core/clock.ts';
import { invalidState } from '../core/errors.ts';
import type { IntroductionRow } from '../matches/service.ts';

export const maxMessageFileBytes = 50 * 1024 * 1024;
export const maxFilesPerMessage = 10;
/** Files follow their message, and not a year later. */
const filesFollowForDays = 1;

/**
 * People write from when a broker has opened the introduction, and after both have accepted; not any more once it was
 * declined or has lapsed.
 * @throws AppError INVALID_STATE
 */
export function requireConversation({ status }: Pick<IntroductionRow, 'status'>): void {
  if (status === 'open' || status === 'accepted') return;
  throw invalidState(status, {
    zh: '对接尚未打开或已经结束，不能发消息；已有的消息仍可查看。',
    en: 'The introduction is not open yet, or has ended: what was written can be read, and nothing be added.',
  });
}

export function takesFilesUntil(postedAt: Date): Date {
  return plusDays(postedAt, filesFollowForDays);
}

/**
 * The agreement is offered to parties who have accepted each other.
 * @throws AppError INVALID_STATE
 */
export function requireAgreement({ status }: Pick<IntroductionRow, 'status'>): void {
  if (status === 'accepted') return;
  throw invalidState(status, {
    zh: '双方都接受对接后，才提供保密协议。',
    en: 'The confidentiality agreement is offered once both parties have accepted the introduction.',
  });
}
