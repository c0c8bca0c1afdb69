import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { introductions } from '../../db/schema/index.ts';
import { newId } from '../../src/core/ids.ts';
import {
  type Answer,
  addMember,
  type Body,
  type Caller,
  createWorld,
  publishDemand,
  publishResult,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { insertMatch } from '../setup/introductions.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

const states = ['requested', 'open', 'accepted', 'declined', 'lapsed'] as const;
type State = (typeof states)[number];

const verbs = ['open', 'accept', 'decline', 'reopen', 'assign'] as const;
type Verb = (typeof verbs)[number];

/** Verb -> state -> the state it leads to, written apart from the code. The first accept of two leaves it open. */
const written: Record<Verb, Partial<Record<State, State>>> = {
  open: { requested: 'open' },
  accept: { open: 'open' },
  decline: { open: 'declined' },
  reopen: { declined: 'open', lapsed: 'open' },
  assign: { requested: 'requested', open: 'open' },
};
const matchStates: Record<State, string> = {
  requested: 'suggested',
  open: 'introduced',
  accepted: 'accepted',
  declined: 'declined',
  lapsed: 'lapsed',
};
const verbsOf = {
  demandParty: ['accept', 'decline'],
  resultParty: ['accept', 'decline'],
  leads: ['open', 'reopen', 'assign'],
  resultBroker: [],
  stranger: [],
  anonymous: [],
} as const satisfies Record<string, readonly Verb[]>;
type Kind = keyof typeof verbsOf;

const bodies: Partial<Record<Verb, (world: World) => object>> = {
  decline: () => ({ reason: 'too_early' }),
  reopen: () => ({ reason: '电话确认仍有意向' }),
  assign: (world) => ({ userId: world.demandBroker.userId }),
};
const facts: Record<Verb, { message: string; action: string }> = {
  open: { message: 'introduction.opened', action: 'introduction.open' },
  accept: { message: 'introduction.answered', action: 'introduction.accept' },
  decline: { message: 'introduction.declined', action: 'introduction.decline' },
  reopen: { message: 'introduction.reopened', action: 'introduction.reopen' },
  assign: { message: 'introduction.assigned', action: 'introduction.assign' },
};

let api: TestApi;
let world: World;
let demand: Body;
let result: Body;
let matchId: string;
let readers: Record<string, { caller: Caller; kind: Kind }>;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  const researcher = await addMember(api, world.university, world.university.organizationId, 'member');
  const colleague = await addMember(api, world.university, world.university.organizationId, 'member');
  demand = await publishDemand(world.enterprise, world.demandBroker);
  result = await publishResult(researcher, world.resultBroker);
  matchId = await insertMatch(api, demand, result);
  readers = {
    'the enterprise': { caller: world.enterprise, kind: 'demandParty' },
    'the researcher whose result it is': { caller: researcher, kind: 'resultParty' },
    "the university's transfer office": { caller: world.university, kind: 'resultParty' },
    "the demand's broker": { caller: world.demandBroker, kind: 'leads' },
    "the demand's director": { caller: world.demandDirector, kind: 'leads' },
    'the director of the market above': { caller: world.provinceDirector, kind: 'leads' },
    "the result's broker": { caller: world.resultBroker, kind: 'resultBroker' },
    'another member of the university': { caller: colleague, kind: 'stranger' },
    'another enterprise': { caller: world.strangerEnterprise, kind: 'stranger' },
    'another university': { caller: world.strangerUniversity, kind: 'stranger' },
    'the administrator': { caller: world.admin, kind: 'stranger' },
    'somebody who is not signed in': { caller: api.anonymous, kind: 'anonymous' },
  };
});
afterAll(() => api?.close());

/** An introduction of the one match in a state; asked for by the enterprise where nobody has opened it. */
async function introductionIn(state: State): Promise<string> {
  const { pool, db } = api.deps;
  await pool.query("update introductions set status = 'lapsed' where status in ('requested', 'open')");
  await pool.query('update matches set status = $2 where id = $1', [matchId, matchStates[state]]);
  const now = api.clock.now();
  const id = newId();
  await db.insert(introductions).values({
    id,
    matchId,
    demandId: demand.id,
    resultId: result.id,
    demandOrganizationId: world.enterprise.organizationId,
    resultOrganizationId: world.university.organizationId,
    marketId: world.demandMarket.id,
    resultMarketId: world.resultMarket.id,
    status: state,
    openedByUserId: newId(),
    requestedBySide: 'demand',
    openedAt: state === 'requested' ? null : now,
    closedAt: state === 'requested' || state === 'open' ? null : now,
    dueAt: now,
    createdAt: now,
    updatedAt: now,
  });
  return id;
}

async function rowsNow(id: string): Promise<unknown> {
  const { rows } = await api.deps.pool.query(
    `select row_to_json(i) as introduction, row_to_json(m) as match,
       (select count(*) from introduction_answers) as answers, (select count(*) from introduction_rounds) as rounds
     from introductions i join matches m on m.id = i.match_id where i.id = $1`,
    [id],
  );
  return rows[0];
}

function act(caller: Caller, id: string, verb: Verb): Promise<Answer> {
  return caller.post(`/v1/introductions/${id}/${verb}`, bodies[verb]?.(world) ?? {});
}

function expectedStatus(kind: Kind, verb: Verb, state: State): number {
  if (kind === 'anonymous') return 401;
  if (kind === 'stranger') return 404;
  // To the side that was not asked yet, there is none.
  if (state === 'requested' && (kind === 'resultParty' || kind === 'resultBroker')) return 404;
  if (!(verbsOf[kind] as readonly Verb[]).includes(verb)) return 403;
  return written[verb][state] === undefined ? 409 : 200;
}

describe.each(verbs)('to %s', (verb) => {
  test.each(states)(
    'an introduction that is %s moves it as written, or changes nothing, whoever asks',
    async (state) => {
      for (const [name, { caller, kind }] of Object.entries(readers)) {
        const id = await introductionIn(state);
        const before = { rows: await rowsNow(id), ...(await countWrites(api)) };
        const answer = await act(caller, id, verb);
        expect([name, answer.status]).toEqual([name, expectedStatus(kind, verb, state)]);
        if (answer.status === 200) {
          expect(answer.body.status).toBe(written[verb][state]);
          expect(await auditOf(api, id)).toEqual([facts[verb].action]);
          expect(await messagesAbout(api, id)).toEqual([facts[verb].message]);
          const { rows } = await api.deps.pool.query('select status from matches where id = $1', [matchId]);
          expect(rows[0].status).toBe(matchStates[answer.body.status as State]);
        } else {
          if (answer.status === 409) expect([answer.body.code, answer.body.state]).toEqual(['INVALID_STATE', state]);
          expect({ rows: await rowsNow(id), ...(await countWrites(api)) }).toEqual(before);
        }
      }
    },
  );
});
