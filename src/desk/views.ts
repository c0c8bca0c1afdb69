import { type Static, Type } from 'typebox';
import { Nullable } from '../records/views.ts';
import { deskCategories } from './inputs.ts';

const Id = Type.String({ format: 'uuid' });

/** Something that the staff of a market has to do. */
export const DeskItem = Type.Object(
  {
    type: Type.Enum(['demand', 'result', 'match', 'introduction', 'milestone', 'contract']),
    id: Id,
    href: Type.String({ description: 'Where it is read and acted on; of a milestone its project.' }),
    names: Type.Array(Type.Object({ code: Nullable.string, title: Nullable.string }), {
      description: 'Of a match or an introduction the demand and the result; of a milestone the project and itself.',
    }),
    score: Type.Union([Type.Number(), Type.Null()], { description: 'Of a match.' }),
    since: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'Since when it waits, as far as that is known.',
    }),
    dueAt: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'Of an introduction, when it lapses; of a milestone the end of its day.',
    }),
    escalated: Type.Boolean({ description: 'The director was told of it.' }),
    assignedTo: Type.Union([Type.Object({ userId: Id, name: Type.String() }), Type.Null()], {
      description: 'Who has it in hand.',
    }),
  },
  {
    title: 'DeskItem',
    examples: [
      {
        type: 'demand',
        id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
        href: '/v1/demands/0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
        names: [{ code: 'D2026-430200-000123', title: '含锌固废中高纯铟的回收提纯' }],
        score: null,
        since: '2026-11-20T02:00:00.000Z',
        dueAt: null,
        escalated: false,
        assignedTo: null,
      },
    ],
  },
);
export type DeskItem = Static<typeof DeskItem>;

export const DeskSection = Type.Object({
  category: Type.Enum([...deskCategories]),
  count: Type.Integer({ description: 'At most 1000.' }),
  more: Type.Boolean({ description: 'There are more than `count`.' }),
  items: Type.Array(DeskItem, { description: 'The first five.' }),
  href: Type.String({ description: 'All of them, by pages.' }),
});
export type DeskSection = Static<typeof DeskSection>;

export const BrokerLoad = Type.Object({
  userId: Type.Union([Id, Type.Null()], { description: 'null: what nobody has in hand.' }),
  name: Nullable.string,
  demands: Type.Integer(),
  results: Type.Integer(),
  introductions: Type.Integer({ description: 'Requested and open.' }),
  lateIntroductions: Type.Integer({ description: 'Of these, past the reminder.' }),
});
export type BrokerLoad = Static<typeof BrokerLoad>;

export const DeskWarning = Type.Object({ code: Type.Enum(['HOLIDAYS_UNKNOWN']), zh: Type.String(), en: Type.String() });
export type DeskWarning = Static<typeof DeskWarning>;

export const DeskView = Type.Object(
  {
    scope: Type.Enum(['mine', 'all']),
    waiting: Type.Array(DeskSection),
    late: Type.Array(DeskSection),
    load: Type.Optional(
      Type.Array(BrokerLoad, {
        description:
          "For directors: what each broker has in hand, the fullest first; the market's own staff in any case.",
      }),
    ),
    warnings: Type.Array(DeskWarning),
  },
  {
    title: 'DeskView',
    examples: [
      {
        scope: 'mine',
        waiting: [
          { category: 'demands-in-review', count: 0, more: false, items: [], href: '/v1/desk/demands-in-review' },
        ],
        late: [],
        warnings: [],
      },
    ],
  },
);
export type DeskView = Static<typeof DeskView>;
