import { newId } from '../../src/core/ids.ts';
import type { HandlerName, MessageType, SubjectType } from '../../src/core/messages.ts';
import type { TestApi } from './api.ts';

/** A delivery that was given up after ten attempts. @returns its id */
export async function insertDeadLetter(
  api: TestApi,
  about: {
    handler: HandlerName;
    subjectId: string;
    subjectType?: SubjectType;
    type?: MessageType;
    targetId?: string;
    lastError?: string;
  },
): Promise<string> {
  const { handler, subjectId, subjectType = 'demand', type = 'demand.expiring', targetId = null } = about;
  const [id, messageId] = [newId(), newId()];
  const now = api.clock.now();
  await api.deps.pool.query(
    'insert into messages (id, type, subject_type, subject_id, created_at) values ($1, $2, $3, $4, $5)',
    [messageId, type, subjectType, subjectId, now],
  );
  await api.deps.pool.query(
    `insert into deliveries (id, message_id, handler, target_id, status, attempts, last_error, not_before, created_at)
     values ($1, $2, $3, $4, 'dead', 10, $5, $6, $6)`,
    [id, messageId, handler, targetId, about.lastError ?? 'boom', now],
  );
  return id;
}
