import type { Actor } from '../core/actor.ts';
import { forbidden, notFound } from '../core/errors.ts';
import { brokers, isPublic, type OwnedRecord, owns } from '../records/service.ts';

type Judged = OwnedRecord & { ownerVerified: boolean };

/** Who may read a record that is not everybody's, and what anybody may read. */
export function sees(actor: Actor, record: Judged, now: Date): boolean {
  return isPublic(record, now) || owns(actor, record) || brokers(actor, record);
}

/** @throws AppError NOT_FOUND for everybody but the record's owner and its brokers */
export function mayAskFor(actor: Actor, record: Judged): void {
  if (!owns(actor, record) && !brokers(actor, record)) throw notFound();
}

/** What a broker says of two records: one of the own territory, and one that the broker may see at all. */
export function mayLink(actor: Actor, record: Judged, other: Judged, now: Date): void {
  mayBrokerFor(actor, record, now);
  if (!sees(actor, other, now)) throw notFound();
}

export function mayBrokerFor(actor: Actor, record: Judged, now: Date): void {
  if (brokers(actor, record)) return;
  if (!sees(actor, record, now)) throw notFound();
  throw forbidden({
    zh: '只有所属市场的工作人员可以这样做。',
    en: 'Only staff of the home market may do this.',
  });
}
