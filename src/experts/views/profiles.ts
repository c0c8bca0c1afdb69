import { type Static, Type } from 'typebox';
import type { RankedExpert } from '../service/rank.ts';
import type { ExpertContact, ExpertRow, ServiceCounts } from '../store.ts';
import { id, Kind, nullable, time } from './parts.ts';

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
