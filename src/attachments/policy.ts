import { type Actor, belongsTo } from '../core/actor.ts';
import { notFound } from '../core/errors.ts';
import { brokers, type OwnedRecord, owns } from '../records/service.ts';

export type FileAudience = 'owner' | 'counterparty';

/**
 * Files are read by the record's owner and its brokers, and by a counterparty with whom the owner has a confidentiality
 * agreement. Nobody else learns whether there are any.
 * @param filesOpen whether such an agreement let the actor in
 * @throws AppError NOT_FOUND
 */
export function audienceOfFiles(actor: Actor, record: OwnedRecord, filesOpen: boolean): FileAudience {
  if (owns(actor, record) || brokers(actor, record)) return 'owner';
  if (filesOpen && !belongsTo(actor, record.organizationId)) return 'counterparty';
  throw notFound();
}
