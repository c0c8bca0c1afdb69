import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  addMember,
  type Body,
  type Caller,
  createWorld,
  type Person,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { draftContract, makeContractProject } from '../setup/contracts.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

const states = ['draft', 'submitted', 'returned', 'registered', 'revoked', 'withdrawn'] as const;
type State = (typeof states)[number];

const verbs = ['patch', 'submit', 'approve', 'return', 'withdraw', 'revoke'] as const;
type Verb = (typeof verbs)[number];

/** What a kind of reader may do, written apart from the code: verb -> state -> the state it leads to. */
const written: Record<Verb, Partial<Record<State, State>>> = {
  patch: { draft: 'draft', returned: 'returned' },
  submit: { draft: 'submitted', returned: 'submitted' },
  withdraw: { draft: 'withdrawn', returned: 'withdrawn' },
  approve: { submitted: 'registered' },
  return: { submitted: 'returned' },
  revoke: { registered: 'revoked' },
};
const verbsOf = {
  side: ['patch', 'submit', 'withdraw'],
  broker: ['approve', 'return'],
  director: ['approve', 'return', 'revoke'],
  officer: [],
  stranger: [],
  anonymous: [],
} as const satisfies Record<string, readonly Verb[]>;
type Kind = keyof typeof verbsOf;

let api: TestApi;
let world: World;
let contract: Body;
let readers: Record<string, { caller: Caller; kind: Kind }>;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  const researcher = await addMember(api, world.university, world.university.organizationId, 'member');
  const colleague = await addMember(api, world.university, world.university.organizationId, 'member');
  const bureau = async (name: string, regionCode: string): Promise<Person> => {
    const made = await world.admin.post('/v1/organizations', { kind: 'government', name, regionCode });
    return await addMember(api, world.admin, made.body.id, 'officer');
  };
  const { project } = await makeContractProject(api, world, { university: researcher });
  contract = await draftContract(world, project);
  readers = {
    'the buyer': { caller: world.enterprise, kind: 'side' },
    'the researcher whose result it is': { caller: researcher, kind: 'side' },
    "the university's transfer office": { caller: world.university, kind: 'side' },
    "the market's broker": { caller: world.demandBroker, kind: 'broker' },
    "the market's director": { caller: world.demandDirector, kind: 'director' },
    'the director of the market above': { caller: world.provinceDirector, kind: 'director' },
    'an officer of the region': { caller: await bureau('吴忠市科学技术局', '640300'), kind: 'officer' },
    'an officer of another region': { caller: await bureau('大连市科学技术局', '210200'), kind: 'stranger' },
    'another member of the university': { caller: colleague, kind: 'stranger' },
    "the broker of the result's market": { caller: world.resultBroker, kind: 'stranger' },
    'another enterprise': { caller: world.strangerEnterprise, kind: 'stranger' },
    'another university': { caller: world.strangerUniversity, kind: 'stranger' },
    'the administrator': { caller: world.admin, kind: 'stranger' },
    'somebody who is not signed in': { caller: api.anonymous, kind: 'anonymous' },
  };
});
afterAll(() => api?.close());

/** Puts the contract in a state, with no approval of its present submission. */
async function putIn(state: State): Promise<void> {
  await api.deps.pool.query(
    `update contracts set status = $2, submissions = submissions + 1, registration_number = null where id = $1`,
    [contract.id, state],
  );
}

async function rowNow(): Promise<unknown> {
  const { rows } = await api.deps.pool.query('select row_to_json(c) as row from contracts c where id = $1', [
    contract.id,
  ]);
  return rows[0].row;
}

async function act(caller: Caller, verb: Verb): Promise<Answer> {
  const url = `/v1/contracts/${contract.id}`;
  if (verb === 'patch') return await caller.patch(url, { contractNumber: 'HT-1' }, { 'if-match': '*' });
  const body = verb === 'return' || verb === 'revoke' ? { reason: '请补充材料' } : undefined;
  return await caller.post(`${url}/${verb}`, body);
}

/** The status that the answer must have. */
function expectedStatus(kind: Kind, verb: Verb, state: State): number {
  if (kind === 'anonymous') return 401;
  if (kind === 'stranger') return 404;
  if (kind === 'officer') return state === 'registered' ? 403 : 404;
  if (!(verbsOf[kind] as readonly Verb[]).includes(verb)) return 403;
  return written[verb][state] === undefined ? 409 : 200;
}

describe.each(verbs)('%s', (verb) => {
  test.each(states)('of a contract that is %s moves it as written, or changes nothing, whoever asks', async (state) => {
    for (const [name, { caller, kind }] of Object.entries(readers)) {
      await putIn(state);
      const before = { row: await rowNow(), ...(await countWrites(api)) };
      const told = (await messagesAbout(api, contract.id)).length;
      const answer = await act(caller, verb);
      expect([name, answer.status]).toEqual([name, expectedStatus(kind, verb, state)]);
      if (answer.status === 200) {
        expect(answer.body.status).toBe(written[verb][state]);
        const actions: Partial<Record<Verb, string>> = { patch: 'update', approve: 'register' };
        expect((await auditOf(api, contract.id)).at(-1)).toBe(`contract.${actions[verb] ?? verb}`);
        const message = { submit: 1, approve: 1, return: 1, revoke: 1, patch: 0, withdraw: 0 }[verb];
        expect((await messagesAbout(api, contract.id)).length - told).toBe(message);
      } else {
        if (answer.status === 409) expect([answer.body.code, answer.body.state]).toEqual(['INVALID_STATE', state]);
        expect({ row: await rowNow(), ...(await countWrites(api)) }).toEqual(before);
      }
    }
  });
});
