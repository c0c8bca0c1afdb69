import { type Static, type TObject, Type } from 'typebox';
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

/** What a view says of a record's owner, from its row. */
export type RecordOwner = Pick<OrganizationRow, 'id' | 'name' | 'kind' | 'regionCode' | 'industry' | 'sizeBand'>;

export function toOwnerView(organization: RecordOwner, hidden: boolean): OwnerView {
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

export function toMoneyView(amounts: MoneyView | undefined): MoneyView {
  const { minCny = null, maxCny = null, negotiable = true } = amounts ?? {};
  return { minCny, maxCny, negotiable };
}

/** What only those who keep a record see of it: its owner and its brokers. */
export const ownerFieldsSchema = {
  source: Type.String(),
  homeMarketId: Type.String({ format: 'uuid' }),
  returnReason: Nullable.string,
  outcome: Nullable.string,
  mergedIntoId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
    description: 'The record that stands for this one, which was closed as its duplicate.',
  }),
  revision: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
    description: 'A change to the published record that waits for the broker.',
  }),
  createdByUserId: Type.String({ format: 'uuid' }),
  createdAt: Type.String({ format: 'date-time' }),
  updatedAt: Type.String({ format: 'date-time' }),
};

type KeptColumns = 'source' | 'homeMarketId' | 'returnReason' | 'outcome' | 'mergedIntoId' | 'createdByUserId';
type KeptTimes = Record<'createdAt' | 'updatedAt', Date>;

/** All of it but the revision, of which a part is in the confidential row. */
export function toOwnerFields(row: Pick<Static<TObject<typeof ownerFieldsSchema>>, KeptColumns> & KeptTimes) {
  const { source, homeMarketId, returnReason, outcome, mergedIntoId, createdByUserId } = row;
  const times = { createdAt: row.createdAt.toISOString(), updatedAt: row.updatedAt.toISOString() };
  return { source, homeMarketId, returnReason, outcome, mergedIntoId, createdByUserId, ...times };
}

export const DuplicateView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    code: Type.String(),
    title: Type.String(),
    status: Type.String(),
    organization: OwnerView,
    likeness: Type.Number({ description: '0 to 1.' }),
    passages: Type.Array(
      Type.Object({
        text: Type.String({ description: 'Of the record that was asked about.' }),
        other: Type.String({ description: 'Of this one.' }),
      }),
      { description: 'Where the two say the same.' },
    ),
  },
  { title: 'DuplicateView' },
);
export type DuplicateView = Static<typeof DuplicateView>;

export const DuplicatesView = Type.Object(
  {
    items: Type.Array(DuplicateView),
    degraded: Type.Boolean({
      description: 'True while the search index is being filled: there may be more than are shown.',
    }),
  },
  {
    title: 'DuplicatesView',
    examples: [
      {
        items: [
          {
            id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
            code: 'D2026-430200-000123',
            title: '含锌固废中高纯铟的回收提纯',
            status: 'published',
            organization: {
              id: '0192f0c4-0000-7000-8000-000000000002',
              name: '某有色金属有限公司',
              kind: 'enterprise',
              regionCode: '430200',
              industry: '32',
              sizeBand: 'medium',
            },
            likeness: 0.71,
            passages: [{ text: '产品只能到 4N5，且废水量大', other: '现有流程产品只能到 4N5' }],
          },
        ],
        degraded: false,
      },
    ],
  },
);
export type DuplicatesView = Static<typeof DuplicatesView>;

/** Beside a record that was just submitted or published: a warning, which holds nothing up. */
export const duplicatesWarning = {
  duplicates: Type.Union([Type.Array(DuplicateView), Type.Null()], {
    description:
      'Records that seem to tell of the same, the most alike first, as far as the caller may see them. A warning: nothing is held up by it. null: they could not be looked for just now.',
  }),
};
