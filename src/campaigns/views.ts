import { type Static, Type } from 'typebox';
import type { PublicDemandView as PublicDemand } from '../demands/views.ts';
import { PublicDemandView } from '../demands/views.ts';
import { Nullable } from '../records/views.ts';
import { CampaignList, CampaignQuestion, CampaignQuota, CampaignStatus } from './inputs.ts';
import { effectiveStatus, standardLists } from './rules.ts';
import type { CampaignRow, EntryRow, SelectionRow } from './store.ts';

const Id = Type.String({ format: 'uuid' });
const Moment = Type.String({ format: 'date-time' });

const campaignExample = {
  id: '0192f0c4-9a00-7d11-8a01-2b3c4d5e6f70',
  version: 2,
  status: 'open',
  organizationId: '0192f0c4-0000-7000-8000-000000000011',
  organizationName: '宁夏回族自治区科学技术厅',
  title: '2027 年度关键核心技术需求征集',
  text: '面向全区企业征集制约产业发展的技术需求。',
  regionCode: '640000',
  technologyFields: [],
  activityTypes: [],
  requiredFields: ['expectedOutcome'],
  questions: [],
  quotas: [{ regionCode: '640300', target: 25 }],
  lists: [{ code: 'guide_suggestions', zh: '指南建议', en: 'Suggestions for the project guide' }],
  opensAt: '2026-11-23T02:00:00.000Z',
  deadline: '2026-12-31T16:00:00.000Z',
  reminderDays: 7,
  closedAt: null,
  cancelReason: null,
  createdAt: '2026-11-23T02:00:00.000Z',
};

export const CampaignView = Type.Object(
  {
    id: Id,
    version: Type.Integer(),
    status: CampaignStatus,
    organizationId: Id,
    organizationName: Type.String(),
    title: Type.String(),
    text: Type.String(),
    regionCode: Type.String(),
    technologyFields: Type.Array(Type.String()),
    activityTypes: Type.Array(Type.String()),
    requiredFields: Type.Array(Type.String()),
    questions: Type.Array(CampaignQuestion),
    quotas: Type.Array(CampaignQuota),
    lists: Type.Array(CampaignList),
    opensAt: Nullable.moment,
    deadline: Moment,
    reminderDays: Type.Integer(),
    closedAt: Nullable.moment,
    cancelReason: Nullable.string,
    createdAt: Moment,
  },
  { title: 'CampaignView', examples: [campaignExample] },
);
export type CampaignView = Static<typeof CampaignView>;

export function toCampaignView(row: CampaignRow, organizationName: string, now: Date): CampaignView {
  const status = effectiveStatus(row, now);
  return {
    id: row.id,
    version: row.version,
    status,
    organizationId: row.organizationId,
    organizationName,
    title: row.title,
    text: row.text,
    regionCode: row.regionCode,
    technologyFields: row.technologyFields,
    activityTypes: row.activityTypes,
    requiredFields: row.requiredFields,
    questions: row.questions,
    quotas: row.quotas,
    lists: [...standardLists, ...row.lists],
    opensAt: row.opensAt?.toISOString() ?? null,
    deadline: row.deadline.toISOString(),
    reminderDays: row.reminderDays,
    closedAt: status === 'closed' ? row.deadline.toISOString() : (row.closedAt?.toISOString() ?? null),
    cancelReason: row.cancelReason,
    createdAt: row.createdAt.toISOString(),
  };
}

export const CampaignNumbersView = Type.Object(
  {
    total: Type.Integer(),
    districts: Type.Array(Type.Object({ regionCode: Type.String(), target: Nullable.integer, count: Type.Integer() })),
    kinds: Type.Array(Type.Object({ activityType: Nullable.string, count: Type.Integer() })),
    fields: Type.Array(Type.Object({ technologyField: Type.String(), count: Type.Integer() }), {
      description: 'First level; a demand of two fields counts in both.',
    }),
    statuses: Type.Array(Type.Object({ status: Type.String(), count: Type.Integer() })),
  },
  {
    title: 'CampaignNumbersView',
    examples: [
      {
        total: 1,
        districts: [{ regionCode: '640300', target: 25, count: 1 }],
        kinds: [{ activityType: null, count: 1 }],
        fields: [{ technologyField: '2', count: 1 }],
        statuses: [{ status: 'published', count: 1 }],
      },
    ],
  },
);
export type CampaignNumbersView = Static<typeof CampaignNumbersView>;

export const EntryView = Type.Object(
  {
    id: Id,
    campaignId: Id,
    districtCode: Type.String(),
    enteredAt: Moment,
    demand: PublicDemandView,
    answers: Type.Optional(
      Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]), {
        description: "For the demand's owner, its market's staff and who runs the campaign.",
      }),
    ),
    selectedInto: Type.Array(Type.String(), {
      description: 'Codes of lists; for who runs the campaign and its staff.',
    }),
  },
  { title: 'CampaignEntryView' },
);
export type EntryView = Static<typeof EntryView>;

export function toEntryView(
  row: EntryRow,
  demand: PublicDemand,
  answers: Record<string, string | number> | undefined,
  selectedInto: readonly string[],
): EntryView {
  return {
    id: row.id,
    campaignId: row.campaignId,
    districtCode: row.districtCode,
    enteredAt: row.createdAt.toISOString(),
    demand,
    ...(answers === undefined ? {} : { answers }),
    selectedInto: [...selectedInto],
  };
}

export const CampaignReportView = Type.Object(
  {
    campaignId: Id,
    title: Type.String(),
    status: CampaignStatus,
    closedAt: Nullable.moment,
    numbers: CampaignNumbersView,
    lists: Type.Array(
      Type.Object({
        code: Type.String(),
        zh: Type.String(),
        en: Type.String(),
        items: Type.Array(
          Type.Object({
            entryId: Id,
            demandId: Id,
            code: Type.String(),
            title: Type.String(),
            districtCode: Type.String(),
            reason: Type.String(),
          }),
        ),
      }),
    ),
  },
  {
    title: 'CampaignReportView',
    examples: [
      {
        campaignId: campaignExample.id,
        title: campaignExample.title,
        status: 'reported',
        closedAt: '2026-12-31T16:00:00.000Z',
        numbers: { total: 0, districts: [], kinds: [], fields: [], statuses: [] },
        lists: [],
      },
    ],
  },
);
export type CampaignReportView = Static<typeof CampaignReportView>;

/** A selected entry as a report names it. */
export interface Selected {
  selection: SelectionRow;
  entry: EntryRow;
  demand: { id: string; code: string; title: string };
}

export function toReportView(
  row: CampaignRow,
  numbers: CampaignNumbersView,
  selected: readonly Selected[],
  now: Date,
): CampaignReportView {
  const { id, title, lists } = row;
  const { status, closedAt } = toCampaignView(row, '', now);
  return {
    campaignId: id,
    title,
    status,
    closedAt,
    numbers,
    lists: [...standardLists, ...lists].map((list) => ({
      ...list,
      items: selected
        .filter(({ selection }) => selection.list === list.code)
        .map(({ selection, entry, demand }) => ({
          entryId: entry.id,
          demandId: demand.id,
          code: demand.code,
          title: demand.title,
          districtCode: entry.districtCode,
          reason: selection.reason,
        })),
    })),
  };
}
