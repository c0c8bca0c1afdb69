import { type Static, Type } from 'typebox';
import { PublicDemandView } from '../../demands/views.ts';
import { Nullable } from '../../records/views.ts';
import type { DiagnosisRow, VersionRow, VisitRow } from '../store.ts';
import { at, ids, moment, uuid } from './shared.ts';
import { toVersionFields, versionExample, versionFields } from './version.ts';

const summaryFields = {
  id: uuid,
  version: Type.Integer(),
  demandId: uuid,
  demandCode: Type.String(),
  demandTitle: Type.String(),
  status: Type.Enum(['open', 'proposed', 'signed', 'closed']),
  expert: Type.Union([
    Type.Object({ name: Type.String(), organizationId: Nullable.string, userId: Nullable.string }),
    Type.Null(),
  ]),
  route: Type.Union([Type.Enum(['match', 'project_guide', 'service', 'challenge']), Type.Null()]),
  closingNote: Nullable.string,
  openedAt: moment,
  closedAt: Nullable.moment,
};

const summaryExample = {
  id: ids.diagnosis,
  version: 4,
  demandId: ids.demand,
  demandCode: 'D2026-430200-000123',
  demandTitle: '粗铟提纯',
  status: 'signed',
  expert: { name: '陈教授', organizationId: ids.university, userId: ids.person },
  route: null,
  closingNote: null,
  openedAt: at,
  closedAt: null,
};

/** As lists show it. */
export const DiagnosisSummary = Type.Object(summaryFields, { title: 'DiagnosisSummary', examples: [summaryExample] });
export type DiagnosisSummary = Static<typeof DiagnosisSummary>;

const VisitView = Type.Object({
  id: uuid,
  visitedOn: Type.String({ format: 'date' }),
  mode: Type.Enum(['on_site', 'remote', 'laboratory']),
  minutes: Type.Integer(),
  note: Type.String(),
});

/** For the demand's owner, its brokers and the expert, who sees of the demand what the public may. */
export const DiagnosisView = Type.Object(
  {
    ...summaryFields,
    demand: PublicDemandView,
    versions: Type.Array(Type.Object(versionFields)),
    visits: Type.Array(VisitView),
  },
  {
    title: 'DiagnosisView',
    examples: [
      {
        ...summaryExample,
        demand: (PublicDemandView as unknown as { examples: unknown[] }).examples[0],
        versions: [versionExample],
        visits: [
          {
            id: ids.person,
            visitedOn: '2026-11-20',
            mode: 'on_site',
            minutes: 180,
            note: '看了浸出车间，取渣样三份。',
          },
        ],
      },
    ],
  },
);
export type DiagnosisView = Static<typeof DiagnosisView>;

export function toDiagnosisSummary(row: DiagnosisRow, demand: { code: string; title: string }): DiagnosisSummary {
  return {
    id: row.id,
    version: row.version,
    demandId: row.demandId,
    demandCode: demand.code,
    demandTitle: demand.title,
    status: row.status,
    expert:
      row.expertName === null
        ? null
        : { name: row.expertName, organizationId: row.expertOrganizationId, userId: row.expertUserId },
    route: row.route,
    closingNote: row.closingNote,
    openedAt: row.createdAt.toISOString(),
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}

export function toDiagnosisView(
  row: DiagnosisRow,
  demand: PublicDemandView,
  versions: readonly VersionRow[],
  visits: readonly VisitRow[],
): DiagnosisView {
  return {
    ...toDiagnosisSummary(row, demand),
    demand,
    versions: versions.map(toVersionFields),
    visits: visits.map(({ id, visitedOn, mode, minutes, note }) => ({ id, visitedOn, mode, minutes, note })),
  };
}
