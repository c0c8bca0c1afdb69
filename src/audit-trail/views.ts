import { type Static, Type } from 'typebox';
import type { AuditEntryRow } from './store.ts';

const id = Type.String({ format: 'uuid' });
const status = Type.Union([Type.String(), Type.Null()]);

export const AuditEntryView = Type.Object(
  {
    id,
    at: Type.String({ format: 'date-time' }),
    actor: Type.String({ description: 'user:<id>, system:<name> or anonymous.' }),
    action: Type.String(),
    subjectType: Type.String(),
    subjectId: id,
    fromStatus: status,
    toStatus: status,
    details: Type.Record(Type.String(), Type.Unknown(), {
      description: 'Reason codes and names of changed fields; never a confidential value.',
    }),
    requestId: Type.String(),
  },
  {
    examples: [
      {
        id: '0192f0c4-cc00-7f66-a007-93a4b5c6d7e8',
        at: '2026-11-22T02:00:00.000Z',
        actor: 'user:0192f0c4-dd00-7077-a008-a4b5c6d7e8f9',
        action: 'demand.publish',
        subjectType: 'demand',
        subjectId: '0192f0c4-8000-7a11-8b02-4c5d6e7f8091',
        fromStatus: 'submitted',
        toStatus: 'published',
        details: {},
        requestId: '0192f0c4-ee00-7188-a009-b5c6d7e8f90a',
      },
    ],
  },
);
export type AuditEntryView = Static<typeof AuditEntryView>;

export function toAuditEntryView(row: AuditEntryRow): AuditEntryView {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: row.actor,
    action: row.action,
    subjectType: row.subjectType,
    subjectId: row.subjectId,
    fromStatus: row.fromStatus,
    toStatus: row.toStatus,
    details: row.details,
    requestId: row.requestId,
  };
}
