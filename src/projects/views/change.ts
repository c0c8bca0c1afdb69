import { type Static, Type } from 'typebox';
import { changedParts, type Terms } from '../rules.ts';
import type { ChangeAnswerRow, ChangeRow } from '../store.ts';
import { BudgetItemView, ContributionView } from './project.ts';
import { id, nullable } from './shared.ts';

const TermsView = Type.Object({
  budgetCny: Type.Integer(),
  budgetItems: Type.Array(BudgetItemView),
  parties: Type.Array(
    Type.Object({
      organizationId: id,
      role: Type.Enum(['lead', 'partner', 'funder']),
      workShare: nullable.number,
      benefitShare: nullable.number,
      contributions: Type.Array(ContributionView),
    }),
  ),
  milestones: Type.Array(
    Type.Object({
      id,
      title: Type.String(),
      startsOn: nullable.date,
      dueOn: Type.String({ format: 'date' }),
      acceptanceCriteria: Type.String(),
      paymentShare: Type.Number(),
      amountCny: Type.Integer(),
    }),
  ),
});
type TermsView = Static<typeof TermsView>;

const termsExample = {
  budgetCny: 1_200_000,
  budgetItems: [],
  parties: [],
  milestones: [
    {
      id: '0192f0c4-aa00-7d44-8f05-718293a4b5c6',
      title: '完成小试配方',
      startsOn: null,
      dueOn: '2027-03-31',
      acceptanceCriteria: '枸杞多糖含量不低于 1.2 g/100 g',
      paymentShare: 100,
      amountCny: 1_200_000,
    },
  ],
};

export const ChangeView = Type.Object(
  {
    id,
    version: Type.Integer(),
    projectId: id,
    number: Type.Integer({ description: 'From 1, in the project.' }),
    status: Type.Enum(['proposed', 'applied', 'rejected', 'withdrawn', 'lapsed']),
    organizationId: id,
    reason: Type.String(),
    changed: Type.Array(Type.Enum(['budgetCny', 'budgetItems', 'parties', 'milestones'])),
    before: TermsView,
    after: TermsView,
    answers: Type.Array(
      Type.Object({
        organizationId: id,
        answer: Type.Enum(['accept', 'reject']),
        comment: nullable.string,
        createdAt: Type.String({ format: 'date-time' }),
      }),
    ),
    createdAt: Type.String({ format: 'date-time' }),
    decidedAt: nullable.time,
  },
  {
    examples: [
      {
        id: '0192f0c4-c000-7d47-8f07-93a4b5c6d7e8',
        version: 1,
        projectId: '0192f0c4-a000-7c33-8e04-60718293a4b5',
        number: 1,
        status: 'proposed',
        organizationId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
        reason: '增加中试规模',
        changed: ['budgetCny', 'milestones'],
        before: termsExample,
        after: {
          ...termsExample,
          budgetCny: 1_500_000,
          milestones: termsExample.milestones.map((milestone) => ({ ...milestone, amountCny: 1_500_000 })),
        },
        answers: [],
        createdAt: '2027-01-10T02:00:00.000Z',
        decidedAt: null,
      },
    ],
  },
);
export type ChangeView = Static<typeof ChangeView>;

/** Without the members whose business a party is. */
function toTermsView({ parties, ...terms }: Terms): TermsView {
  return { ...terms, parties: parties.map(({ responsibleUserId: _responsibleUserId, ...party }) => party) };
}

/** `answers` may be those of many changes. */
export function toChangeView(row: ChangeRow, answers: readonly ChangeAnswerRow[]): ChangeView {
  return {
    id: row.id,
    version: row.version,
    projectId: row.projectId,
    number: row.number,
    status: row.status,
    organizationId: row.organizationId,
    reason: row.reason,
    changed: changedParts(row.before, row.after),
    before: toTermsView(row.before),
    after: toTermsView(row.after),
    answers: answers
      .filter((answer) => answer.changeId === row.id)
      .map(({ organizationId, answer, comment, createdAt }) => ({
        organizationId,
        answer,
        comment,
        createdAt: createdAt.toISOString(),
      })),
    createdAt: row.createdAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}
