import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { prune } from '../../src/core/housekeeping.ts';
import { pruneWebhookAttempts } from '../../src/webhooks/service.ts';
import {
  type Body,
  createWorld,
  demandInput,
  type Person,
  publishDemand,
  publishResult,
  registerOrganization,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { insertMatch } from '../setup/introductions.ts';
import { Receiver, status } from '../setup/receiver.ts';
import { auditOf, messagesAbout } from '../setup/rows.ts';
import { createSender, createWebhook, ifMatch, type Sender, tell, verified } from '../setup/webhooks.ts';

let api: TestApi;
let world: World;
let owner: Person;
let receiver: Receiver;
let sender: Sender;

const minute = { minutes: 1 };

beforeAll(async () => {
  api = await startApi({ WEBHOOK_ALLOW_PRIVATE: 'yes' });
  world = await createWorld(api);
  owner = world.enterprise;
  // The clock goes on for weeks here, and nobody signs in again.
  await api.deps.pool.query("update sessions set expires_at = expires_at + interval '1 year'");
});
afterAll(() => api?.close());

beforeEach(async () => {
  receiver = new Receiver();
  await receiver.start();
  // Short enough for a test to wait for what never comes, and long enough for a busy machine to answer.
  sender = createSender(api, { answerTimeoutMs: 1_000, bodyTimeoutMs: 200 });
  await sender.work();
});
afterEach(async () => {
  await sender.outgoing.client.close();
  await receiver.close();
  for (const person of [owner, world.demandDirector, world.university]) {
    for (const { id } of (await person.get('/v1/webhooks')).body.items) await person.delete(`/v1/webhooks/${id}`);
  }
  await api.deps.pool.query("update deliveries set status = 'done' where status = 'pending'");
});

/** Something that all of the owner's people are told. */
async function tellOwner(): Promise<string> {
  return await tell(api, 'organization.verified', 'organization', owner.organizationId);
}

async function log(person: Person, { id }: Body): Promise<Body[]> {
  return (await person.get(`/v1/webhooks/${id}/deliveries`)).body.items;
}

/** Tells the owner, delivers once, and says what the log has of it. */
async function firstTry(webhook: Body): Promise<Body> {
  await tellOwner();
  await sender.work();
  return (await log(owner, webhook))[0];
}

describe('what an endpoint is told', () => {
  it('is the fact by its ids, signed with the secret that its owner was given', async () => {
    const webhook = await createWebhook(owner, receiver.url('/hook'));
    const messageId = await tellOwner();
    const at = api.clock.now();
    api.clock.advance(minute);
    await sender.work();
    const [request] = receiver.received;
    if (request === undefined) throw new Error('nothing came');
    expect(request.headers).toMatchObject({
      'webhook-id': `msg_${messageId}`,
      'webhook-timestamp': String(api.clock.now().getTime() / 1_000),
    });
    expect(verified(webhook.secret, request)).toEqual({
      type: 'organization.verified',
      timestamp: at.toISOString(),
      data: {
        messageId,
        subject: { type: 'organization', id: owner.organizationId },
        params: { organizationName: '利通区某枸杞乳业公司' },
      },
    });
    const stranger = await createWebhook(owner, receiver.url('/other'));
    expect(() => verified(stranger.secret, request)).toThrow(/No matching signature/);
    expect(() =>
      verified(webhook.secret, { ...request, body: request.body.replace('verified', 'suspended') }),
    ).toThrow();
    expect(await log(owner, webhook)).toMatchObject([{ type: 'organization.verified', status: 'delivered' }]);
  });

  it('is what its filter has, where its organization hears of it, and nothing while it is off', async () => {
    const all = await createWebhook(owner, receiver.url('/all'));
    await createWebhook(owner, receiver.url('/matches'), { types: ['match.suggested'] });
    await createWebhook(owner, receiver.url('/verified'), { types: ['match.suggested', 'organization.verified'] });
    await createWebhook(world.university, receiver.url('/stranger'));
    const off = await createWebhook(owner, receiver.url('/off'));
    await owner.patch(`/v1/webhooks/${off.id}`, { enabled: false }, ifMatch(off));
    await tellOwner();
    await sender.work();
    expect(receiver.received.map(({ path }) => path).sort()).toEqual(['/all', '/verified']);
    await tell(api, 'organization.verified', 'organization', world.university.organizationId);
    await sender.work();
    expect(receiver.at('/stranger')).toHaveLength(1);
    expect(await log(owner, all)).toHaveLength(1);
  });

  it('comes to the market of a broker who hears of it', async () => {
    const webhook = await createWebhook(world.demandDirector, receiver.url('/market'));
    const person = await registerOrganization(api, 'enterprise', '640303', '新来的公司');
    await sender.work();
    const [request] = receiver.at('/market');
    if (request === undefined) throw new Error('nothing came');
    expect(verified(webhook.secret, request)).toMatchObject({
      type: 'organization.registered',
      data: { subject: { id: person.organizationId } },
    });
  });

  it('is signed with the old secret, too, for a day after a rotation, and then with the new one alone', async () => {
    const webhook = await createWebhook(owner, receiver.url('/hook'));
    const { secret } = (await owner.post(`/v1/webhooks/${webhook.id}/rotate-secret`)).body;
    api.clock.advance({ hours: 23, minutes: 59 });
    await tellOwner();
    await sender.work();
    api.clock.advance(minute);
    await tellOwner();
    await sender.work();
    const [during, after] = receiver.received;
    if (during === undefined || after === undefined) throw new Error('nothing came');
    for (const known of [webhook.secret, secret]) expect(verified(known, during).type).toBe('organization.verified');
    expect(during.headers['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(verified(secret, after).type).toBe('organization.verified');
    expect(() => verified(webhook.secret, after)).toThrow(/No matching signature/);
    expect(await auditOf(api, webhook.id)).toEqual(['webhook.create', 'webhook.rotate_secret']);
  });
});

describe('what no endpoint is told', () => {
  it('is what its organization may not see: no contact, no detail, no money, no name behind an anonymous demand', async () => {
    for (const person of [owner, world.university, world.demandDirector])
      await createWebhook(person, receiver.url(`/${person.organizationId}`));
    const secrets = { confidentiality: { anonymous: true, detail: '机密细节：金丝雀甲' }, decisionOwner: '金丝雀乙' };
    const budget = { minCny: 654_321, maxCny: 765_432, negotiable: false };
    const demand = await publishDemand(owner, world.demandBroker, { ...demandInput, ...secrets, budget });
    const result = await publishResult(world.university, world.resultBroker);
    const matchId = await insertMatch(api, demand, result);
    await tell(api, 'match.suggested', 'match', matchId);
    const opened = await world.demandBroker.post(`/v1/matches/${matchId}/introductions`, { message: '请交流' });
    for (const party of [owner, world.university])
      expect((await party.post(`/v1/introductions/${opened.body.id}/accept`, {})).status).toBe(200);
    await sender.work();
    const told = (person: Person) => receiver.at(`/${person.organizationId}`);
    const types = (person: Person) => told(person).map((request) => JSON.parse(request.body).type);
    expect(types(world.university)).toContain('match.suggested');
    expect(types(owner)).toContain('introduction.accepted');
    expect(types(world.demandDirector)).toContain('demand.submitted');
    const everything = receiver.received.map((request) => request.body).join('\n');
    expect(everything).not.toMatch(/金丝雀|机密细节|654321|765432|13900000001|13900000002|@/);
    expect(
      told(world.university)
        .map((request) => request.body)
        .join('\n'),
    ).not.toContain('利通区某枸杞乳业公司');
  });
});

describe('an endpoint that does not take a message', () => {
  it.each([
    [
      'answers 500',
      '/500',
      status(500, {}, 'kaputt\u0000'),
      { statusCode: 500, errorCode: 'refused', response: 'kaputt�' },
    ],
    ['hangs', '/hang', () => undefined, { statusCode: null, errorCode: 'timed_out', response: null }],
    [
      'hangs up',
      '/reset',
      (response: ServerResponse) => void response.socket?.resetAndDestroy(),
      { statusCode: null, errorCode: 'connection_failed', response: null },
    ],
    [
      'sends on to somewhere else',
      '/redirect',
      (response: ServerResponse) => void response.writeHead(307, { location: '/elsewhere' }).end(),
      { statusCode: 307, errorCode: 'redirected' },
    ],
  ])('that %s is tried again in five seconds, and nothing else is called', async (_, path, answer, tried) => {
    const webhook = await createWebhook(owner, receiver.url(path));
    receiver.answers.set(path, answer);
    expect(await firstTry(webhook)).toMatchObject({
      status: 'pending',
      nextAttemptAt: new Date(api.clock.now().getTime() + 5_000).toISOString(),
      attempts: [tried],
    });
    expect(receiver.received.map((request) => request.path)).toEqual([path]);
    expect((await owner.get(`/v1/webhooks/${webhook.id}`)).body.failingSince).toBe(api.clock.now().toISOString());
  });

  it('that nobody listens at is tried again', async () => {
    const gone = new Receiver();
    await gone.start();
    const url = gone.url('/');
    await gone.close();
    const webhook = await createWebhook(owner, url);
    expect(await firstTry(webhook)).toMatchObject({
      status: 'pending',
      attempts: [{ errorCode: 'connection_failed' }],
    });
  });

  it('is forgiven with the first message that it takes', async () => {
    const webhook = await createWebhook(owner, receiver.url('/hook'));
    receiver.answers.set('/hook', status(500));
    await firstTry(webhook);
    receiver.answers.delete('/hook');
    api.clock.advance({ seconds: 5 });
    await sender.work();
    expect((await log(owner, webhook))[0]).toMatchObject({ status: 'delivered', attempts: [{}, { statusCode: 500 }] });
    expect((await owner.get(`/v1/webhooks/${webhook.id}`)).body.failingSince).toBe(null);
  });

  it.each([
    [429, '120', 120],
    [503, '3600', 3_600],
    [503, '9999999', 86_400],
    [500, '120', 5],
    [429, '1', 5],
    [429, 'soon', 5],
  ])('with %i and Retry-After %s is tried again after %i seconds', async (code, retryAfter, seconds) => {
    const webhook = await createWebhook(owner, receiver.url('/busy'));
    receiver.answers.set('/busy', status(code, { 'retry-after': retryAfter }));
    expect((await firstTry(webhook)).nextAttemptAt).toBe(
      new Date(api.clock.now().getTime() + seconds * 1_000).toISOString(),
    );
  });

  it('gets ten tries over 75 hours under one webhook-id, is dead then, and can be sent again under the same', async () => {
    const webhook = await createWebhook(owner, receiver.url('/down'));
    receiver.answers.set('/down', status(500));
    const began = api.clock.now().getTime();
    await tellOwner();
    const moments: number[] = [];
    for (let tries = 0; tries < 10; tries += 1) {
      await sender.work();
      moments.push((api.clock.now().getTime() - began) / 1_000);
      const { nextAttemptAt } = (await log(owner, webhook))[0];
      if (nextAttemptAt === null) break;
      const waitSeconds = (Date.parse(nextAttemptAt) - api.clock.now().getTime()) / 1_000;
      api.clock.advance({ seconds: waitSeconds - 1 });
      expect(await sender.work()).toEqual([]);
      api.clock.advance({ seconds: 1 });
    }
    const pauses = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
    expect(moments).toEqual(pauses.map((_, at) => pauses.slice(0, at + 1).reduce((sum, pause) => sum + pause)));
    const [dead] = await log(owner, webhook);
    expect(dead).toMatchObject({ status: 'failed', nextAttemptAt: null });
    expect(dead.attempts).toHaveLength(10);
    api.clock.advance({ days: 10 });
    expect(await sender.work()).toEqual([]);
    receiver.answers.delete('/down');
    await owner.post(`/v1/webhooks/${webhook.id}/deliveries/${dead.id}/redeliver`);
    await sender.work();
    expect((await log(owner, webhook))[0]).toMatchObject({ id: dead.id, status: 'delivered' });
    expect(receiver.received).toHaveLength(11);
    expect(new Set(receiver.received.map((request) => request.headers['webhook-id']))).toEqual(
      new Set([dead.webhookId]),
    );
  });
});

describe('an answer', () => {
  it('of 10 MB is cut, and taken', async () => {
    const webhook = await createWebhook(owner, receiver.url('/big'));
    const closed = new Promise<number>((resolve) => {
      receiver.answers.set('/big', (response) => {
        response.on('close', () => resolve(response.socket?.bytesWritten ?? 0));
        response.writeHead(200).end(Buffer.alloc(10 * 1024 * 1024, 'x'));
      });
    });
    const { status: outcome, attempts } = await firstTry(webhook);
    expect(outcome).toBe('delivered');
    expect(attempts[0].response).toBe('x'.repeat(1_000));
    await closed;
  });

  it('whose body drips is taken by its status, and hung up on', async () => {
    const webhook = await createWebhook(owner, receiver.url('/drip'));
    const closed = new Promise<void>((resolve) => {
      receiver.answers.set('/drip', (response) => {
        response.on('close', resolve);
        response.writeHead(200).write('ok, and');
      });
    });
    expect(await firstTry(webhook)).toMatchObject({ status: 'delivered', attempts: [{ response: 'ok, and' }] });
    await closed;
  });

  it('of 410 turns the endpoint off at once, drops what it is owed, and tells those who manage it', async () => {
    const webhook = await createWebhook(owner, receiver.url('/gone'), { description: '旧系统' });
    await createWebhook(owner, receiver.url('/all'));
    receiver.answers.set('/gone', status(410));
    await tellOwner();
    await tellOwner();
    await sender.work();
    expect(receiver.at('/gone')).toHaveLength(1);
    const path = `/v1/webhooks/${webhook.id}`;
    expect((await owner.get(path)).body).toMatchObject({ enabled: false, disabled: { reason: 'gone' } });
    expect((await log(owner, webhook)).map((one) => one.status)).toEqual(['dropped', 'failed']);
    expect(await auditOf(api, webhook.id)).toEqual(['webhook.create', 'webhook.disable']);
    expect(await messagesAbout(api, webhook.id)).toEqual(['webhook.disabled']);
    const [notice] = (await owner.get('/v1/notifications?type=webhook.disabled')).body.items;
    expect(notice).toMatchObject({ subject: { type: 'webhook', id: webhook.id } });
    expect(notice.body).toContain('旧系统');
    // The organization's other endpoint hears of it, too.
    expect(receiver.at('/all').map((request) => JSON.parse(request.body).type)).toContain('webhook.disabled');
    receiver.answers.delete('/gone');
    await owner.post(`${path}/enable`);
    const [dropped] = await log(owner, webhook);
    await owner.post(`${path}/deliveries/${dropped.id}/redeliver`);
    await sender.work();
    expect((await log(owner, webhook))[0]).toMatchObject({ id: dropped.id, status: 'delivered' });
  });
});

describe('an endpoint that fails for five days', () => {
  it('is turned off with a notice, and not before', async () => {
    const webhook = await createWebhook(owner, receiver.url('/down'));
    const path = `/v1/webhooks/${webhook.id}`;
    receiver.answers.set('/down', status(500));
    for (let day = 0; day < 5; day += 1) {
      expect((await owner.get(path)).body.enabled, `day ${day}`).toBe(true);
      await tellOwner();
      await sender.work();
      api.clock.advance({ days: 1 });
      await sender.work();
    }
    expect((await owner.get(path)).body).toMatchObject({ enabled: false, disabled: { reason: 'failing' } });
    expect(await messagesAbout(api, webhook.id)).toEqual(['webhook.disabled']);
    const tries = receiver.received.length;
    api.clock.advance({ days: 5 });
    await sender.work();
    expect(receiver.received).toHaveLength(tries);
    expect((await log(owner, webhook)).every((one) => one.status === 'failed' && one.nextAttemptAt === null)).toBe(
      true,
    );
    const notices = (await owner.get('/v1/notifications?type=webhook.disabled')).body.items;
    expect(notices.filter((one: Body) => one.subject.id === webhook.id)).toHaveLength(1);
  });
});

describe('an endpoint that hangs', () => {
  let hanging: ServerResponse[];

  beforeEach(async () => {
    hanging = [];
    receiver.answers.set('/hang', (response) => void hanging.push(response));
    await sender.outgoing.client.close();
    // It hangs for as long as the test wants.
    sender = createSender(api);
  });

  it('has four tries on their way and no more; the fifth waits and is not held against it', async () => {
    const webhook = await createWebhook(owner, receiver.url('/hang'));
    for (let times = 0; times < 5; times += 1) await tellOwner();
    await sender.workNotices();
    const due = await sender.due();
    const running = due.slice(0, 4).map((id) => sender.run(id));
    await receiver.until(4);
    expect(await sender.run(due[4] ?? '')).toBe('retried');
    const [fifth] = await log(owner, webhook);
    expect(fifth).toMatchObject({ status: 'pending', attempts: [] });
    for (const response of hanging) response.writeHead(204).end();
    expect(await Promise.all(running)).toEqual(['done', 'done', 'done', 'done']);
    api.clock.advance({ seconds: 2 });
    receiver.answers.delete('/hang');
    expect(await sender.work()).toEqual([{ handler: 'deliver-webhook', outcome: 'done' }]);
  });

  it('among a hundred holds up none of the others', async () => {
    const people = await Promise.all(
      Array.from({ length: 5 }, (_, at) => registerOrganization(api, 'enterprise', '640303', `第 ${at} 家`)),
    );
    for (const person of people) await world.demandBroker.post(`/v1/organizations/${person.organizationId}/verify`);
    await sender.work();
    for (const [at, person] of people.entries()) {
      for (let n = 0; n < 20; n += 1) {
        await createWebhook(person, receiver.url(at === 0 && n === 0 ? '/hang' : `/hook/${at}/${n}`));
      }
    }
    for (const person of people) await tell(api, 'organization.verified', 'organization', person.organizationId);
    await sender.workNotices();
    const due = await sender.due();
    expect(due).toHaveLength(100);
    const ended: string[] = [];
    const running = due.map(async (id) => void ended.push(await sender.run(id)));
    await receiver.until(100);
    await Promise.race([Promise.all(running), untilLength(ended, 99)]);
    expect(ended).toEqual(Array(99).fill('done'));
    expect(hanging).toHaveLength(1);
    for (const response of hanging) response.writeHead(204).end();
    await Promise.all(running);
  });
});

describe('an endpoint that is deleted', () => {
  it('while a message waits for it is owed nothing', async () => {
    const webhook = await createWebhook(owner, receiver.url('/hook'));
    await tellOwner();
    await sender.workNotices();
    await owner.delete(`/v1/webhooks/${webhook.id}`);
    expect(await sender.work()).toEqual([{ handler: 'deliver-webhook', outcome: 'moot' }]);
    expect(receiver.received).toEqual([]);
  });

  it.each([
    [204, 'done'],
    [500, 'moot'],
    [410, 'moot'],
  ])('while a message is on its way, and answers %i, leaves no trace', async (code, outcome) => {
    const webhook = await createWebhook(owner, receiver.url('/slow'));
    const arrived = new Promise<ServerResponse>((resolve) =>
      receiver.answers.set('/slow', (response) => resolve(response)),
    );
    await tellOwner();
    await sender.workNotices();
    const running = sender.work();
    const response = await arrived;
    await owner.delete(`/v1/webhooks/${webhook.id}`);
    response.writeHead(code).end();
    expect(await running).toEqual([{ handler: 'deliver-webhook', outcome }]);
    const { rows } = await api.deps.pool.query('select * from webhook_attempts where webhook_id = $1', [webhook.id]);
    expect(rows).toEqual([]);
  });
});

describe('the log', () => {
  it('goes back thirty days, and so long a message can be sent again', async () => {
    const webhook = await createWebhook(owner, receiver.url('/hook'));
    await firstTry(webhook);
    await api.deps.pool.query(
      `insert into cursors (name, xid, message_id, updated_at)
       select 'search-index', xid, id, created_at from messages order by xid desc, id desc limit 1`,
    );
    const housekeeping = api.deps.ctxFor({ kind: 'system', name: 'housekeeping' });
    const keepHouse = async () => {
      await prune(housekeeping);
      await pruneWebhookAttempts(housekeeping);
    };
    api.clock.advance({ days: 30 });
    await keepHouse();
    const [kept] = await log(owner, webhook);
    expect(kept).toMatchObject({ status: 'delivered', attempts: [{}] });
    expect((await owner.post(`/v1/webhooks/${webhook.id}/deliveries/${kept.id}/redeliver`)).status).toBe(202);
    await sender.work();
    expect(new Set(receiver.at('/hook').map((request) => request.body)).size).toBe(1);
    expect(receiver.at('/hook')).toHaveLength(2);
    api.clock.advance({ seconds: 1 });
    await keepHouse();
    expect(await log(owner, webhook)).toEqual([]);
    const { rows } = await api.deps.pool.query('select * from webhook_payloads where message_id = $1', [
      kept.webhookId.slice('msg_'.length),
    ]);
    expect(rows).toEqual([]);
  });

  it('loses tries of thirty days ago of a message that stays', async () => {
    const webhook = await createWebhook(owner, receiver.url('/hook'));
    const { id } = await firstTry(webhook);
    await api.deps.pool.query("update deliveries set status = 'dead' where id = $1", [id]);
    api.clock.advance({ days: 30, seconds: 1 });
    await pruneWebhookAttempts(api.deps.ctxFor({ kind: 'system', name: 'housekeeping' }));
    expect(await log(owner, webhook)).toMatchObject([{ id, status: 'failed', attempts: [] }]);
  });
});

describe('a name that leads to a private address', () => {
  it('is refused at every connection, whatever it led to when the endpoint was made', async () => {
    const addresses: string[][] = [['127.0.0.1'], ['93.184.215.14', '10.0.0.1'], ['169.254.169.254'], []];
    const asked: string[] = [];
    const strict = createSender(api, {
      allowPrivate: false,
      resolve: async (name) => {
        asked.push(name);
        return addresses[asked.length - 1] ?? [];
      },
    });
    const webhook = await createWebhook(owner, `http://rebind.example:${receiver.port}/`);
    await tellOwner();
    await sender.workNotices();
    for (const _ of addresses) {
      await strict.work();
      api.clock.advance({ days: 1 });
    }
    expect(asked).toEqual(addresses.map(() => 'rebind.example'));
    expect(receiver.received).toEqual([]);
    const [{ attempts }] = await log(owner, webhook);
    expect(attempts.map((one: Body) => one.errorCode).reverse()).toEqual([
      'address_refused',
      'address_refused',
      'address_refused',
      'name_not_resolved',
    ]);
    await strict.outgoing.client.close();
  });
});

/** Resolves when a list that others fill has so many. */
async function untilLength(list: readonly unknown[], length: number): Promise<void> {
  while (list.length < length) await new Promise((resolve) => setImmediate(resolve));
}
