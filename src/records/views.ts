import { type Static, Type } from 'typebox';
import type { AuditRow } from '../core/audit.ts';
import type { OrganizationRow } from '../organizations/service.ts';

export const Nullable = {
  string: Type.Union([Type.String(), Type.Null()]),
  integer: Type.Union([Type.Integer(), Type.Null()]),
  number: Type.Union([Type.Number(), Type.Null()]),
  moment: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
};

export const HistoryEntry = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    at: Type.String({ format: 'date-time' }),
    action: Type.String(),
    fromStatus: Nullable.string,
    toStatus: Nullable.string,
    details: Type.Record(Type.String(), Type.Unknown()),
  },
  { title: 'HistoryEntry' },
);
export type HistoryEntry = Static<typeof HistoryEntry>;

export const HistoryView = Type.Object(
  { items: Type.Array(HistoryEntry) },
  {
    title: 'HistoryView',
    examples: [
      {
        items: [
          {
            id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
            at: '2026-11-22T02:00:00.000Z',
            action: 'demand.publish',
            fromStatus: 'submitted',
            toStatus: 'published',
            details: {},
          },
        ],
      },
    ],
  },
);

export function toHistoryEntry(row: AuditRow): HistoryEntry {
  return {
    id: row.id,
    at: row.at.toISOString(),
    action: row.action,
    fromStatus: row.fromStatus,
    toStatus: row.toStatus,
    details: row.details,
  };
}

/** Which broker looks at a record. */
export const ReviewAssignmentView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    assignedToUserId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
  },
  {
    title: 'ReviewAssignmentView',
    examples: [
      { id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d', assignedToUserId: '0192f0c4-0000-7000-8000-000000000009' },
    ],
  },
);
export type ReviewAssignmentView = Static<typeof ReviewAssignmentView>;

export function toReviewAssignmentView(row: ReviewAssignmentView): ReviewAssignmentView {
  return { id: row.id, assignedToUserId: row.assignedToUserId };
}

/** Whose record it is; of an anonymous one only what does not name it. */
export const OwnerView = Type.Object(
  {
    id: Nullable.string,
    name: Nullable.string,
    kind: Type.String(),
    regionCode: Type.String(),
    industry: Nullable.string,
    sizeBand: Nullable.string,
  },
  { title: 'OwnerView' },
);
export type OwnerView = Static<typeof OwnerView>;

export function toOwnerView(organization: OrganizationRow, hidden: boolean): OwnerView {
  return {
    id: hidden ? null : organization.id,
    name: hidden ? null : organization.name,
    kind: organization.kind,
    regionCode: organization.regionCode,
    industry: organization.industry,
    sizeBand: organization.sizeBand,
  };
}

export const ContactView = Type.Union(
  [
    Type.Object({ name: Type.String(), phone: Type.Optional(Type.String()), email: Type.Optional(Type.String()) }),
    Type.Null(),
  ],
  { title: 'RecordContactView' },
);

export const MoneyView = Type.Object(
  { minCny: Nullable.number, maxCny: Nullable.number, negotiable: Type.Boolean() },
  { title: 'MoneyView' },
);
export type MoneyView = Static<typeof MoneyView>;
