import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, type Body, type Caller, createWorld, startApi, type TestApi, type World } from '../setup/api.ts';
import { done, makeDiagnosis, rewriting } from '../setup/diagnoses.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

const states = ['open', 'proposed', 'signed', 'closed'] as const;
type State = (typeof states)[number];
const verbs = ['propose', 'sign', 'refuse', 'close', 'assign', 'visit'] as const;
type Verb = (typeof verbs)[number];

/** Written apart from the code: verb -> state -> the state it leads to. */
const written: Record<Verb, Partial<Record<State, State>>> = {
  propose: { open: 'proposed', proposed: 'proposed', signed: 'proposed' },
  sign: { proposed: 'signed' },
  refuse: { proposed: 'open' },
  close: { open: 'closed', proposed: 'closed', signed: 'closed' },
  assign: { open: 'open', proposed: 'proposed', signed: 'signed' },
  visit: { open: 'open', proposed: 'proposed', signed: 'signed' },
};
const actions: Record<Verb, string> = {
  propose: 'propose',
  sign: 'sign',
  refuse: 'refuse',
  close: 'close',
  assign: 'assign_expert',
  visit: 'visit',
};
const verbsOf = {
  owner: ['sign', 'refuse'],
  broker: ['propose', 'close', 'assign', 'visit'],
  expert: ['propose', 'visit'],
} as const satisfies Record<string, readonly Verb[]>;
type Kind = keyof typeof verbsOf | 'stranger' | 'anonymous';

let api: TestApi;
let world: World;
let diagnosis: Body;
let readers: Record<string, { caller: Caller; kind: Kind }>;
/** The highest number so far: version 1 is put back into the state that the diagnosis is in. */
let step = 0;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  diagnosis = await makeDiagnosis(world, 'proposed');
  readers = {
    'the enterprise': { caller: world.enterprise, kind: 'owner' },
    "the market's broker": { caller: world.demandBroker, kind: 'broker' },
    'the director of the market above': { caller: world.provinceDirector, kind: 'broker' },
    'the expert': { caller: world.university, kind: 'expert' },
    "the broker of the result's market": { caller: world.resultBroker, kind: 'stranger' },
    'another enterprise': { caller: world.strangerEnterprise, kind: 'stranger' },
    'somebody who is not signed in': { caller: api.anonymous, kind: 'anonymous' },
  };
});
afterAll(() => api?.close());

/** Puts the diagnosis and its one version in a state; later versions are taken away. */
async function putIn(state: State): Promise<void> {
  const version = { open: 'refused', proposed: 'proposed', signed: 'signed', closed: 'superseded' }[state];
  const { pool } = api.deps;
  await pool.query('update diagnoses set status = $2 where id = $1', [diagnosis.id, state]);
  await pool.query('delete from diagnosis_versions where diagnosis_id = $1 and number > 1', [diagnosis.id]);
  await pool.query('update diagnosis_versions set status = $2 where diagnosis_id = $1 and number = 1', [
    diagnosis.id,
    version,
  ]);
  await pool.query(`update demands set status = 'in_diagnosis' where id = $1`, [diagnosis.demandId]);
}

async function act(caller: Caller, verb: Verb): Promise<Answer> {
  const url = `/v1/diagnoses/${diagnosis.id}`;
  step += 1;
  const requests: Record<Verb, [string, unknown]> = {
    propose: ['/versions', { content: { ...rewriting, summary: `第 ${step} 次改写` } }],
    sign: ['/versions/1/sign', undefined],
    refuse: ['/versions/1/refuse', { reason: '请再改' }],
    close: ['/close', { route: 'match' }],
    assign: [
      '/assign-expert',
      { name: '陈教授', organizationId: world.university.organizationId, userId: world.university.userId },
    ],
    visit: ['/visits', { visitedOn: '2026-11-20', mode: 'remote', minutes: 30, note: '电话' }],
  };
  return await caller.post(url + requests[verb][0], requests[verb][1]);
}

function expectedStatus(kind: Kind, verb: Verb, state: State): number {
  if (kind === 'anonymous') return 401;
  if (kind === 'stranger') return 404;
  if (!(verbsOf[kind] as readonly Verb[]).includes(verb)) return 403;
  if (written[verb][state] === undefined) return 409;
  return verb === 'propose' || verb === 'visit' ? 201 : 200;
}

describe.each(verbs)('%s', (verb) => {
  test.each(states)(
    'of a diagnosis that is %s moves it as written, or changes nothing, whoever asks',
    async (state) => {
      for (const [name, { caller, kind }] of Object.entries(readers)) {
        await putIn(state);
        const before = await countWrites(api);
        const told = (await messagesAbout(api, diagnosis.id)).length;
        const answer = await act(caller, verb);
        expect([name, answer.status]).toEqual([name, expectedStatus(kind, verb, state)]);
        if (answer.status < 300) {
          expect(answer.body.status).toBe(written[verb][state]);
          expect((await auditOf(api, diagnosis.id)).at(-1)).toBe(`diagnosis.${actions[verb]}`);
          expect((await messagesAbout(api, diagnosis.id)).length - told).toBe(verb === 'visit' ? 0 : 1);
        } else {
          if (answer.status === 409) expect(answer.body.code).toBe('INVALID_STATE');
          expect(await countWrites(api)).toEqual(before);
          const { rows } = await api.deps.pool.query('select status from diagnoses where id = $1', [diagnosis.id]);
          expect(rows).toEqual([{ status: state }]);
        }
      }
    },
  );
});

const demandStates = ['submitted', 'in_diagnosis', 'returned', 'published', 'in_negotiation'];
const ended = ['draft', 'contracted', 'fulfilled', 'withdrawn', 'rejected', 'expired', 'closed'];

test.each([...demandStates, ...ended])(
  'a diagnosis of a demand that is %s is opened where it may be',
  async (state) => {
    const { enterprise, demandBroker } = world;
    const made = done(await enterprise.post('/v1/demands', { title: '题目', problem: '现状' }));
    await api.deps.pool.query('update demands set status = $2 where id = $1', [made.id, state]);
    const answer = await demandBroker.post(`/v1/demands/${made.id}/diagnoses`);
    const expected = state === 'draft' ? 404 : demandStates.includes(state) ? 201 : 409;
    expect(answer.status).toBe(expected);
    if (expected === 409) expect(answer.body.state).toBe(state);
    const { rows } = await api.deps.pool.query('select status from demands where id = $1', [made.id]);
    expect(rows).toEqual([{ status: state === 'submitted' ? 'in_diagnosis' : state }]);
  },
);
