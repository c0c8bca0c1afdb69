import { type Static, Type } from 'typebox';
import { chinaDate } from '../core/clock.ts';
import { lastDayOf, statusAt } from './rules.ts';
import type { RestrictionConfidential, RestrictionRow } from './store.ts';

const id = Type.String({ format: 'uuid' });
const nullable = {
  string: Type.Union([Type.String(), Type.Null()]),
  time: Type.Union([Type.String({ format: 'date-time' }), Type.Null()]),
  id: Type.Union([id, Type.Null()]),
};

export const EvidenceReferenceView = Type.Object({ title: Type.String(), url: Type.Optional(Type.String()) });

/** One audience: the organization, its market's staff and the bureaus see a restriction alike; for others there is none. */
export const RestrictionView = Type.Object(
  {
    id,
    version: Type.Integer(),
    organizationId: id,
    organizationName: Type.String(),
    kind: Type.String(),
    status: Type.Enum(['in_force', 'lifted', 'expired'], { description: 'As of now: it expires with its term.' }),
    appeal: Type.Enum(['none', 'appealed', 'upheld', 'overturned']),
    evidence: nullable.string,
    evidenceReferences: Type.Array(EvidenceReferenceView),
    legalBasis: Type.String(),
    fromOn: Type.String({ format: 'date', description: 'First day, in China.' }),
    untilOn: Type.String({ format: 'date', description: 'Last day, in China.' }),
    endsAt: Type.String({ format: 'date-time', description: 'The first moment after the term.' }),
    imposedByOrganizationId: { ...nullable.id, description: "The bureau; null for the administrator's." },
    imposedByName: nullable.string,
    appealGrounds: nullable.string,
    decisionReason: nullable.string,
    liftReason: nullable.string,
    appealedAt: nullable.time,
    decidedAt: nullable.time,
    liftedAt: nullable.time,
    createdAt: Type.String({ format: 'date-time' }),
    updatedAt: Type.String({ format: 'date-time' }),
  },
  {
    title: 'RestrictionView',
    examples: [
      {
        id: '0192f0c4-e100-7a00-8001-000000000001',
        version: 1,
        organizationId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
        organizationName: '宁夏某枸杞乳业有限公司',
        kind: 'false_declaration',
        status: 'in_force',
        appeal: 'none',
        evidence: '2026 年度申报材料中的检测报告系伪造，经出具单位书面确认。',
        evidenceReferences: [{ title: '吴科监〔2026〕12 号调查报告' }],
        legalBasis: '《科学技术活动违规行为处理暂行规定》（科学技术部令第 19 号）第六条、第十一条',
        fromOn: '2026-11-22',
        untilOn: '2027-11-30',
        endsAt: '2027-11-30T16:00:00.000Z',
        imposedByOrganizationId: '0192f0c4-e000-7a00-8001-000000000001',
        imposedByName: '吴忠市科学技术局',
        appealGrounds: null,
        decisionReason: null,
        liftReason: null,
        appealedAt: null,
        decidedAt: null,
        liftedAt: null,
        createdAt: '2026-11-22T02:00:00.000Z',
        updatedAt: '2026-11-22T02:00:00.000Z',
      },
    ],
  },
);
export type RestrictionView = Static<typeof RestrictionView>;

/** @param names of the organization and the bureau, by id */
export function toRestrictionView(
  row: RestrictionRow,
  confidential: RestrictionConfidential | undefined,
  names: ReadonlyMap<string, string>,
  now: Date,
): RestrictionView {
  const bureauId = row.imposedByOrganizationId;
  return {
    id: row.id,
    version: row.version,
    organizationId: row.organizationId,
    organizationName: names.get(row.organizationId) ?? '',
    kind: row.kind,
    status: statusAt(row, now),
    appeal: row.appeal,
    evidence: confidential?.evidence ?? null,
    evidenceReferences: confidential?.evidenceReferences ?? [],
    legalBasis: row.legalBasis,
    fromOn: chinaDate(row.startsAt),
    untilOn: lastDayOf(row.endsAt),
    endsAt: row.endsAt.toISOString(),
    imposedByOrganizationId: bureauId,
    imposedByName: bureauId === null ? null : (names.get(bureauId) ?? null),
    appealGrounds: confidential?.appealGrounds ?? null,
    decisionReason: confidential?.decisionReason ?? null,
    liftReason: confidential?.liftReason ?? null,
    appealedAt: row.appealedAt?.toISOString() ?? null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    liftedAt: row.liftedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
