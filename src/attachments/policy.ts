import type { Actor } from '../core/actor.ts';
import { notFound } from '../core/errors.ts';
import { brokers, type OwnedRecord, owns } from '../records/service.ts';

/** Files are read by the record's owner and its brokers. Nobody else learns whether there are any. */
export function mayReadAttachments(actor: Actor, record: OwnedRecord): void {
  if (!owns(actor, record) && !brokers(actor, record)) throw notFound();
}
