import { type Static, Type } from 'typebox';
import type { AssignmentRow, DispatchRow, ExpertContact, ExpertRow, ServiceRow } from '../store.ts';
import { day, id, Kind, nullable, Purpose, time } from './parts.ts';

const ServiceKind = Type.Enum(['visit', 'remote', 'training', 'report', 'other']);

const expertId = '0192f0c4-f100-7a00-8001-000000000001';

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
        expertId,
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
            expertId,
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
