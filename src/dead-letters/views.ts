import { type Static, Type } from 'typebox';
import { redact } from '../core/error-report.ts';
import { channelOf, channels, deliveryRoutes, type HandlerName } from '../core/messages.ts';
import type { DeliveryRow } from './store.ts';

const id = Type.String({ format: 'uuid' });
const about = Type.Object({ type: Type.String(), id });

export const DeadLetterView = Type.Object(
  {
    id,
    channel: Type.Union([Type.Enum(channels), Type.Null()]),
    handler: Type.String(),
    status: Type.Enum(['dead', 'pending', 'discarded'], { description: 'pending: it is being tried again.' }),
    message: Type.Object({ id, type: Type.String() }),
    subject: about,
    target: Type.Union([about, Type.Null()], { description: 'Whom or what of several it was for.' }),
    attempts: Type.Integer({ minimum: 0 }),
    lastError: Type.Union([Type.String(), Type.Null()], {
      description: 'Without addresses, quoted values and whatever else may be somebody’s data.',
    }),
    createdAt: Type.String({ format: 'date-time' }),
  },
  {
    examples: [
      {
        id: '0192f0c4-dd10-7077-a008-a4b5c6d7e8f9',
        channel: 'mail',
        handler: 'send-email',
        status: 'dead',
        message: { id: '0192f0c4-dd00-7077-a008-a4b5c6d7e8f8', type: 'user.password_reset_requested' },
        subject: { type: 'user', id: '0192f0c4-dc00-7076-a008-a4b5c6d7e8f7' },
        target: null,
        attempts: 10,
        lastError: 'UPSTREAM_FAILED: 550 mailbox unavailable',
        createdAt: '2026-11-22T02:00:00.000Z',
      },
    ],
  },
);
export type DeadLetterView = Static<typeof DeadLetterView>;

export function toDeadLetterView(row: DeliveryRow): DeadLetterView {
  const targetType = Object.hasOwn(deliveryRoutes, row.handler)
    ? deliveryRoutes[row.handler as HandlerName].target
    : null;
  return {
    id: row.id,
    channel: channelOf(row.handler),
    handler: row.handler,
    status: row.status,
    message: { id: row.messageId, type: row.messageType },
    subject: { type: row.subjectType, id: row.subjectId },
    target: row.targetId === null ? null : { type: targetType ?? 'unknown', id: row.targetId },
    attempts: row.attempts,
    // Rows of earlier versions may say more than is written today.
    lastError: row.lastError === null ? null : redact(row.lastError),
    createdAt: row.createdAt.toISOString(),
  };
}
