import { type Static, Type } from 'typebox';
import type { RankedExpert } from './service/rank.ts';
import type { AssignmentRow, DispatchRow, ExpertContact, ExpertRow, ServiceCounts, ServiceRow } from './store.ts';

const id = Type.String({ format: 'uuid' });
const day = Type.String({ format: 'date' });
const time = Type.String({ format: 'date-time' });
const nullable = {
  string: Type.Union([Type.String(), Type.Null()]),
  day: Type.Union([day, Type.Null()]),
  time: Type.Union([time, Type.Null()]),
  id: Type.Union([id, Type.Null()]),
};
const Kind = Type.Enum(['expert', 'commissioner']);
const Purpose = Type.Enum(['diagnosis', 'service', 'visit']);
const ServiceKind = Type.Enum(['visit', 'remote', 'training', 'report', 'other']);

const expertExample = {
  id: '0192f0c4-f100-7a00-8001-000000000001',
  version: 2,
  kind: 'commissioner',
  organizationId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
  organizationName: '某大学食品学院',
  name: '李敏',
  professionalTitle: '教授',
  headline: '乳制品活性成分保持与微胶囊化',
  summary: '长期从事枸杞多糖、玉米黄素的提取与微胶囊包埋，主持中试线三条。',
  keywords: ['枸杞多糖', '微胶囊', '功能乳'],
  technologyFields: ['206'],
  daysPerMonth: 4,
  availableFrom: null,
  availableUntil: '2027-12-31',
  servedRegions: ['640000'],
  resultIds: [],
  counts: { assignments: 3, services: 7, hours: 26.5 },
};

/** What anybody may know of an active profile. */
export const PublicExpertView = Type.Object(
  {
    id,
    version: Type.Integer(),
    kind: Kind,
    organizationId: id,
    organizationName: Type.String(),
    name: Type.String(),
    professionalTitle: nullable.string,
    headline: Type.String(),
    summary: Type.String(),
    keywords: Type.Array(Type.String()),
    technologyFields: Type.Array(Type.String()),
    daysPerMonth: Type.Integer(),
    availableFrom: nullable.day,
    availableUntil: nullable.day,
    servedRegions: Type.Array(Type.String(), { description: 'None is everywhere.' }),
    resultIds: Type.Array(id, { description: 'Of those that are public.' }),
    counts: Type.Object(
      { assignments: Type.Integer(), services: Type.Integer(), hours: Type.Number() },
      { description: 'Assignments that were accepted, and what was recorded under them.' },
    ),
  },
  { title: 'PublicExpertView', examples: [expertExample] },
);
export type PublicExpertView = Static<typeof PublicExpertView>;

/** With the last four for the university and its market; the contact also for whom an accepted assignment let in. */
export const ExpertView = Type.Object(
  {
    ...PublicExpertView.properties,
    contact: Type.Optional(Type.Object({ phone: nullable.string, email: nullable.string })),
    status: Type.Optional(Type.Enum(['draft', 'active', 'retired'])),
    userId: Type.Optional(nullable.id),
    createdAt: Type.Optional(time),
  },
  { title: 'ExpertView', examples: [{ ...expertExample, status: 'active', contact: { phone: null, email: null } }] },
);
export type ExpertView = Static<typeof ExpertView>;

const noCounts: ServiceCounts = { assignments: 0, services: 0, hours: 0 };

export interface ExpertParts {
  resultIds: ReadonlyMap<string, readonly string[]>;
  counts: ReadonlyMap<string, ServiceCounts>;
}

export function toPublicExpertView(row: ExpertRow, parts: ExpertParts): PublicExpertView {
  return {
    id: row.id,
    version: row.version,
    kind: row.kind,
    organizationId: row.organizationId,
    organizationName: row.organizationName,
    name: row.name,
    professionalTitle: row.professionalTitle,
    headline: row.headline,
    summary: row.summary,
    keywords: row.keywords,
    technologyFields: row.technologyFields,
    daysPerMonth: row.daysPerMonth,
    availableFrom: row.availableFrom,
    availableUntil: row.availableUntil,
    servedRegions: row.servedRegions,
    resultIds: [...(parts.resultIds.get(row.id) ?? [])],
    counts: parts.counts.get(row.id) ?? noCounts,
  };
}

export function toOwnExpertView(row: ExpertRow, parts: ExpertParts): ExpertView {
  const { status, userId } = row;
  return { ...toPublicExpertView(row, parts), status, userId, createdAt: row.createdAt.toISOString() };
}

export function withContact(view: ExpertView, contact: ExpertContact | undefined): ExpertView {
  return contact === undefined ? view : { ...view, contact: { phone: contact.phone, email: contact.email } };
}

export const DemandExpertsView = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        expert: PublicExpertView,
        score: Type.Number({ minimum: 0, maximum: 100 }),
        terms: Type.Array(
          Type.Object({
            kind: Type.Enum(['same', 'translated']),
            demandText: Type.String(),
            expertText: Type.String(),
          }),
          { description: 'What the demand and the profile share, the weightiest first.' },
        ),
      }),
      { description: 'Best first.' },
    ),
  },
  {
    title: 'DemandExpertsView',
    examples: [
      {
        items: [
          {
            expert: expertExample,
            score: 71.5,
            terms: [{ kind: 'same', demandText: '枸杞多糖', expertText: '枸杞多糖' }],
          },
        ],
      },
    ],
  },
);
export type DemandExpertsView = Static<typeof DemandExpertsView>;

export function toDemandExpertsView(
  ranked: readonly RankedExpert[],
  rows: readonly ExpertRow[],
  parts: ExpertParts,
): DemandExpertsView {
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    items: ranked.flatMap(({ expertId, score, terms }) => {
      const row = byId.get(expertId);
      return row === undefined ? [] : [{ expert: toPublicExpertView(row, parts), score, terms }];
    }),
  };
}

export const ServiceView = Type.Object({
  id,
  kind: ServiceKind,
  servedOn: day,
  hours: Type.Number(),
  summary: Type.String(),
  createdAt: time,
});
export type ServiceView = Static<typeof ServiceView>;

const serviceExample = {
  id: '0192f0c4-f300-7a00-8001-000000000001',
  kind: 'visit',
  servedOn: '2026-11-22',
  hours: 4,
  summary: '现场查看杀菌段，取样三份。',
  createdAt: '2026-11-22T10:00:00.000Z',
};

export const AssignmentView = Type.Object(
  {
    id,
    version: Type.Integer(),
    expertId: id,
    expertName: Type.String(),
    demandId: id,
    demandCode: Type.String(),
    demandTitle: Type.String(),
    purpose: Purpose,
    status: Type.Enum(['proposed', 'accepted', 'declined', 'ended']),
    message: nullable.string,
    reason: nullable.string,
    contact: Type.Union([Type.Object({ phone: nullable.string, email: nullable.string }), Type.Null()], {
      description: "The expert's, once it was accepted.",
    }),
    services: Type.Array(ServiceView),
    hours: Type.Number({ description: 'Of all services together.' }),
    acceptedAt: nullable.time,
    closedAt: nullable.time,
    createdAt: time,
  },
  {
    title: 'AssignmentView',
    examples: [
      {
        id: '0192f0c4-f200-7a00-8001-000000000001',
        version: 2,
        expertId: expertExample.id,
        expertName: '李敏',
        demandId: '0192f0c4-8000-7a11-8b02-4c5d6e7f8091',
        demandCode: 'D2026-640300-000012',
        demandTitle: '枸杞鲜奶活性成分保持',
        purpose: 'diagnosis',
        status: 'accepted',
        message: '请于下周到企业现场诊断。',
        reason: null,
        contact: { phone: '13800000000', email: null },
        services: [serviceExample],
        hours: 4,
        acceptedAt: '2026-11-22T02:00:00.000Z',
        closedAt: null,
        createdAt: '2026-11-22T01:00:00.000Z',
      },
    ],
  },
);
export type AssignmentView = Static<typeof AssignmentView>;

export function toServiceView(row: ServiceRow): ServiceView {
  return {
    id: row.id,
    kind: row.kind,
    servedOn: row.servedOn,
    hours: row.hours,
    summary: row.summary,
    createdAt: row.createdAt.toISOString(),
  };
}

export function toAssignmentView(
  row: AssignmentRow,
  parts: {
    expert: ExpertRow;
    demand: { code: string; title: string };
    contact: ExpertContact | undefined;
    services: readonly ServiceRow[];
  },
): AssignmentView {
  const { expert, demand, contact } = parts;
  const services = parts.services.filter((service) => service.assignmentId === row.id);
  return {
    id: row.id,
    version: row.version,
    expertId: row.expertId,
    expertName: expert.name,
    demandId: row.demandId,
    demandCode: demand.code,
    demandTitle: demand.title,
    purpose: row.purpose,
    status: row.status,
    message: row.message,
    reason: row.reason,
    contact: row.acceptedAt === null || contact === undefined ? null : { phone: contact.phone, email: contact.email },
    services: services.map(toServiceView),
    hours: services.reduce((sum, service) => sum + service.hours, 0),
    acceptedAt: row.acceptedAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  };
}

export const DispatchesView = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        ...ServiceView.properties,
        purpose: Purpose,
        expertId: id,
        expertName: Type.String(),
        expertKind: Kind,
        demandId: id,
        demandCode: Type.String(),
        marketId: id,
      }),
    ),
    totals: Type.Object(
      { services: Type.Integer(), hours: Type.Number(), experts: Type.Integer(), demands: Type.Integer() },
      { description: 'Of all pages.' },
    ),
    nextCursor: nullable.string,
  },
  {
    title: 'DispatchesView',
    examples: [
      {
        items: [
          {
            ...serviceExample,
            purpose: 'diagnosis',
            expertId: expertExample.id,
            expertName: '李敏',
            expertKind: 'commissioner',
            demandId: '0192f0c4-8000-7a11-8b02-4c5d6e7f8091',
            demandCode: 'D2026-640300-000012',
            marketId: '0192f0c4-0100-7000-8000-000000000002',
          },
        ],
        totals: { services: 1, hours: 4, experts: 1, demands: 1 },
        nextCursor: null,
      },
    ],
  },
);
export type DispatchesView = Static<typeof DispatchesView>;

export function toDispatchView(row: DispatchRow): DispatchesView['items'][number] {
  const { service, ...about } = row;
  return { ...toServiceView(service), ...about };
}
