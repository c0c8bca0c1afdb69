import { type Static, Type } from 'typebox';
import type { DemandRow } from '../../demands/service.ts';
import { CounterpartyDemandView } from '../../demands/views.ts';
import type { OrganizationRow } from '../../organizations/service.ts';
import { Nullable } from '../../records/views.ts';
import type { ResultRow } from '../../results/service.ts';
import { CounterpartyResultView } from '../../results/views.ts';
import { IntroductionStatus } from '../inputs.ts';
import { type Side, type Standing, seesDemandParty } from '../policy.ts';
import type { AnswerRow, IntroductionRow, RoundRow } from '../store.ts';
import { RecordName, toRecordName } from './matches.ts';

const Id = Type.String({ format: 'uuid' });

export const IntroductionPartyView = Type.Object({
  side: Type.Enum(['demand', 'result']),
  organizationId: Type.Union([Id, Type.Null()], {
    description: 'null while the party of an anonymous demand is not disclosed.',
  }),
  name: Nullable.string,
  answer: Type.Union([Type.Enum(['accept', 'decline']), Type.Null()]),
  answeredAt: Nullable.moment,
  reason: Type.Optional(Nullable.string),
  comment: Type.Optional(Nullable.string),
});
export type IntroductionPartyView = Static<typeof IntroductionPartyView>;

const example = {
  id: '0192f0c4-8d00-7e22-8b02-3c4d5e6f7081',
  version: 1,
  status: 'open',
  matchId: '0192f0c4-7c00-7d11-8a01-2b3c4d5e6f70',
  demand: {
    id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
    code: 'D2026-430200-000123',
    title: '含锌固废中高纯铟的回收提纯',
  },
  result: { id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5e', code: 'R2026-430100-000456', title: '膜电解法制备 6N 高纯铟' },
  parties: [
    { side: 'demand', organizationId: null, name: null, answer: null, answeredAt: null },
    {
      side: 'result',
      organizationId: '0192f0c4-0000-7000-8000-000000000003',
      name: '某大学',
      answer: null,
      answeredAt: null,
    },
  ],
  round: 1,
  message: '双方技术路线一致，建议下周线上交流。',
  requestedBySide: null,
  dueAt: '2026-11-27T16:00:00.000Z',
  openedAt: '2026-11-22T02:00:00.000Z',
  closedAt: null,
  createdAt: '2026-11-22T02:00:00.000Z',
};

const RoundAnswerView = Type.Object({
  side: Type.Enum(['demand', 'result']),
  answer: Type.Enum(['accept', 'decline']),
  answeredAt: Type.String({ format: 'date-time' }),
  reason: Type.Optional(Nullable.string),
  comment: Type.Optional(Nullable.string),
});

/** A round that was followed by another. */
export const IntroductionRoundView = Type.Object({
  round: Type.Integer(),
  outcome: Type.Enum(['declined', 'lapsed']),
  openedAt: Nullable.moment,
  dueAt: Nullable.moment,
  closedAt: Nullable.moment,
  answers: Type.Array(RoundAnswerView),
  reopenedAt: Type.String({ format: 'date-time' }),
  reopenReason: Type.String(),
});
export type IntroductionRoundView = Static<typeof IntroductionRoundView>;

const shared = {
  id: Id,
  version: Type.Integer(),
  status: IntroductionStatus,
  matchId: Id,
  demand: RecordName,
  result: RecordName,
  parties: Type.Array(IntroductionPartyView, {
    description:
      'The demand side first. Reason and comment of an answer are for that party itself and for brokers of its side.',
  }),
  round: Type.Integer({ description: 'From 1; each reopening begins the next, and both parties are asked again.' }),
  message: Nullable.string,
  requestedBySide: Type.Union([Type.Enum(['demand', 'result']), Type.Null()]),
  dueAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'When it lapses unless both have answered.',
  }),
  openedAt: Nullable.moment,
  closedAt: Nullable.moment,
  createdAt: Type.String({ format: 'date-time' }),
  assignedToUserId: Type.Optional(
    Type.Union([Id, Type.Null()], { description: "For the staff of the demand's market: who has it in hand." }),
  ),
  rounds: Type.Optional(
    Type.Array(IntroductionRoundView, { description: 'For the staff of both markets: the rounds before this one.' }),
  ),
};

/** What brokers and parties see of an introduction. */
export const IntroductionSummary = Type.Object(shared, { examples: [example] });
export type IntroductionSummary = Static<typeof IntroductionSummary>;

/** The other party's organization with its contact, the record's contact and detail, and the record with its exact amount. */
export const CounterpartyView = Type.Object({
  organization: CounterpartyDemandView.properties.organization,
  contact: CounterpartyDemandView.properties.contact,
  detail: Nullable.string,
  record: Type.Union([CounterpartyDemandView, CounterpartyResultView]),
});
export type CounterpartyView = Static<typeof CounterpartyView>;

/** A party sees the other in full from the moment both have accepted. */
export const IntroductionView = Type.Object(
  {
    ...shared,
    counterparty: Type.Optional(CounterpartyView),
  },
  { examples: [example] },
);
export type IntroductionView = Static<typeof IntroductionView>;

/** What a view is made of, loaded in bulk. */
export interface IntroductionParts {
  demand: DemandRow;
  result: ResultRow;
  demandOrganization: OrganizationRow;
  resultOrganization: OrganizationRow;
  /** Of all rounds. */
  answers: readonly AnswerRow[];
  /** Those before the present one. */
  rounds: readonly RoundRow[];
}

export function toIntroductionSummary(
  row: IntroductionRow,
  parts: IntroductionParts,
  standing: Standing,
): IntroductionSummary {
  const accepted = row.status === 'accepted';
  const answers = parts.answers.filter((answer) => answer.round === row.round);
  const seesDemand = seesDemandParty(standing, parts.demand.anonymous, accepted);
  return {
    id: row.id,
    version: row.version,
    status: row.status,
    matchId: row.matchId,
    demand: toRecordName(parts.demand, accepted || standing.leads || standing.ownsDemand),
    result: toRecordName(parts.result, accepted || standing.brokersResult || standing.ownsResult),
    parties: [
      toPartyView(
        'demand',
        seesDemand ? parts.demandOrganization : null,
        answers,
        standing.leads || standing.ownsDemand,
      ),
      toPartyView(
        'result',
        parts.resultOrganization,
        answers,
        standing.leads || standing.brokersResult || standing.ownsResult,
      ),
    ],
    round: row.round,
    message: row.message,
    requestedBySide: row.requestedBySide,
    dueAt: row.dueAt?.toISOString() ?? null,
    openedAt: row.openedAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    ...(standing.leads ? { assignedToUserId: row.assignedToUserId } : {}),
    ...(standing.leads || standing.brokersResult ? { rounds: toRoundViews(parts, standing) } : {}),
  };
}

/** As in the present round, the result's broker reads the reasons of its own side, and nothing of a request that nobody opened. */
function toRoundViews({ rounds, answers }: IntroductionParts, standing: Standing): IntroductionRoundView[] {
  return rounds
    .filter((round) => standing.leads || round.openedAt !== null)
    .map((round) => ({
      round: round.round,
      outcome: round.outcome,
      openedAt: round.openedAt?.toISOString() ?? null,
      dueAt: round.dueAt?.toISOString() ?? null,
      closedAt: round.closedAt?.toISOString() ?? null,
      answers: answers
        .filter((answer) => answer.round === round.round)
        .map(({ side, answer, answeredAt, reason, comment }) => ({
          side,
          answer,
          answeredAt: answeredAt.toISOString(),
          ...(standing.leads || side === 'result' ? { reason, comment } : {}),
        })),
      reopenedAt: round.reopenedAt.toISOString(),
      reopenReason: round.reopenReason,
    }));
}

function toPartyView(
  side: Side,
  organization: OrganizationRow | null,
  answers: readonly AnswerRow[],
  seesReasons: boolean,
): IntroductionPartyView {
  const answer = answers.find((each) => each.side === side);
  return {
    side,
    organizationId: organization?.id ?? null,
    name: organization?.name ?? null,
    answer: answer?.answer ?? null,
    answeredAt: answer?.answeredAt.toISOString() ?? null,
    ...(seesReasons && answer !== undefined ? { reason: answer.reason, comment: answer.comment } : {}),
  };
}

/** The counterparty's record as the demands or results service showed it to this party. */
export function toCounterpartyView(record: CounterpartyDemandView | CounterpartyResultView): CounterpartyView {
  return { organization: record.organization, contact: record.contact, detail: record.confidentiality.detail, record };
}
