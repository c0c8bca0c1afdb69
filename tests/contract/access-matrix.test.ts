import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scopes } from '../../src/http/operation.ts';
import {
  type Answer,
  administrator,
  type Caller,
  createWorld,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { type DocumentedOperation, fillPath, operationsOf } from '../setup/operations.ts';
import { type AccessRequest, type Row, roles } from './access/row.ts';
import { accessRows } from './access-rows.ts';
import { Subjects } from './access-subjects.ts';

type Role = (typeof roles)[number];

const unknownId = '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d';
const anyId = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/;

let api: TestApi;
let world: World;
let subjects: Subjects;
let address: string;

beforeAll(async () => {
  api = await startApi({}, { withIndex: true });
  world = await createWorld(api);
  subjects = new Subjects(api, world);
  address = await api.app.listen({ port: 0, host: '127.0.0.1' });
});
afterAll(() => api.close());

async function callerOf(role: Role, { endsSession }: Row): Promise<Caller> {
  if (role === 'anonymous') return api.anonymous;
  if (!endsSession) return world[role];
  const { email } = world[role].session.user;
  return await api.signIn(email, role === 'admin' ? administrator.password : 'a long enough password');
}

async function send(caller: Caller, name: string, request: AccessRequest): Promise<Answer> {
  const { url, body, headers } = request;
  switch (name.split(' ')[0]) {
    case 'GET':
      return await caller.get(url, headers);
    case 'POST':
      return await caller.post(url, body, headers);
    case 'PATCH':
      return await caller.patch(url, body, headers);
    case 'PUT':
      return await caller.put(url, body, headers);
    default:
      return await caller.delete(url, body, headers);
  }
}

/** The status of an answer that does not end. */
async function openStream(role: Role, url: string): Promise<number> {
  const authorization: Record<string, string> =
    role === 'anonymous' ? {} : { authorization: `Bearer ${world[role].token}` };
  const request = get(`${address}${url}`, { headers: authorization, agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  request.destroy();
  return response.statusCode ?? 0;
}

/** The same for an id that nobody has, so that the two answers can be compared. */
function withUnknownId(request: AccessRequest): AccessRequest {
  return JSON.parse(JSON.stringify(request).replace(anyId, unknownId)) as AccessRequest;
}

/** Ids of requests and counters of the rate limit differ between any two answers. */
function comparable({ status, body, headers }: Answer) {
  return { status, body: { ...body, requestId: '' }, headers: Object.keys(headers).sort() };
}

it('every operation has a row, and every row an operation', () => {
  const documented = operationsOf(api).map((operation) => operation.name);
  const rows = Object.keys(accessRows).map((name) => name.replace(/ \(.*\)$/, ''));
  expect([...new Set(rows)].sort()).toEqual([...documented].sort());
});

describe.each(Object.entries(accessRows))('%s', (name, row) => {
  it('answers each role as the table says, and refuses without effect', async () => {
    const expected = row.answers.split(' ').map(Number);
    expect(expected).toHaveLength(roles.length);
    // Those who are refused come first and share one subject: whoever may, still can.
    const order = roles.map((role, at) => ({ role, status: expected[at] ?? 0 }));
    order.sort((a, b) => Number(a.status < 300) - Number(b.status < 300));
    const answers: Record<string, number> = {};
    let shared: AccessRequest | null = null;
    for (const { role } of order) {
      const caller = await callerOf(role, row);
      const asker = role === 'anonymous' ? world.enterprise : caller;
      const request: AccessRequest = shared ?? (await row.request(subjects, asker));
      shared = request;
      if (request.url.endsWith('/stream')) {
        answers[role] = await openStream(role, request.url);
        continue;
      }
      const answer = await send(caller, name, request);
      answers[role] = answer.status;
      // One's own account is another for each; and whoever succeeds uses the subject up.
      if (answer.status < 300 || name === 'PATCH /v1/me') shared = null;
      if (answer.status === 404 && anyId.test(JSON.stringify(request))) {
        const unknown = await send(caller, name, withUnknownId(request));
        expect([role, comparable(answer)]).toEqual([role, comparable(unknown)]);
      }
    }
    expect(answers).toEqual(Object.fromEntries(roles.map((role, at) => [role, expected[at]])));
  }, 60_000);
});

describe('an API key without the scope', () => {
  async function keyWith(...granted: string[]): Promise<Caller> {
    const made = await world.enterprise.post('/v1/api-keys', { name: '一把钥匙', scopes: granted });
    return api.as(made.body.key);
  }

  function pathOf({ path }: DocumentedOperation): string {
    const values = {
      id: [unknownId],
      milestoneId: [unknownId],
      changeId: [unknownId],
      paymentId: [unknownId],
      messageId: [unknownId],
      submissionId: [unknownId],
      userId: [unknownId],
      tierId: [unknownId],
      otherId: [unknownId],
    };
    return (
      fillPath(path, {
        ...values,
        deliveryId: [unknownId],
        name: ['trl'],
        category: ['late-contracts'],
        number: ['1'],
        entryId: [unknownId],
        list: ['x'],
        code: ['1'],
        token: ['unknown'],
      })[0] ?? path
    );
  }

  it('is refused by every operation that writes when it may read, and by every one that reads when it may write', async () => {
    const reads = await keyWith('read');
    const writes = await keyWith(...scopes.filter((scope) => scope !== 'read'));
    const answers: Record<string, number> = {};
    const operations = operationsOf(api).filter(({ path }) => path.startsWith('/v1/'));
    for (const operation of operations) {
      const caller = operation.method === 'GET' ? writes : reads;
      answers[operation.name] = (await send(caller, operation.name, { url: pathOf(operation) })).status;
    }
    expect(answers).toEqual(Object.fromEntries(operations.map(({ name }) => [name, 403])));
  }, 60_000);
});
