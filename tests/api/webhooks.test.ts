import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { addMember, type Body, createWorld, type Person, startApi, type TestApi, type World } from '../setup/api.ts';
import { Receiver } from '../setup/receiver.ts';
import { auditOf, countWrites, messagesAbout, rolledBack, settingsOf } from '../setup/rows.ts';
import { createSender, createWebhook, ifMatch, type Sender, unknownId } from '../setup/webhooks.ts';

const url = 'https://hooks.dairy.example/duijie?key=canary-in-the-url';

let api: TestApi;
let world: World;
let member: Person;
const logLines: string[] = [];

beforeAll(async () => {
  api = await startApi({}, { logLines });
  world = await createWorld(api);
  member = await addMember(api, world.enterprise, world.enterprise.organizationId, 'member');
});
afterAll(() => api?.close());

afterEach(async () => {
  for (const person of [world.enterprise, world.university, world.demandDirector]) {
    for (const { id } of (await person.get('/v1/webhooks')).body.items) await person.delete(`/v1/webhooks/${id}`);
  }
});

describe('a webhook', () => {
  it('is made with a secret that is shown this once', async () => {
    const made = await createWebhook(world.enterprise, url, { description: '科研系统', types: ['match.suggested'] });
    expect(made).toMatchObject({ url, description: '科研系统', types: ['match.suggested'], enabled: true, version: 1 });
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const { secret, ...shown } = made;
    expect((await world.enterprise.get(`/v1/webhooks/${made.id}`)).body).toEqual(shown);
    expect((await world.enterprise.get('/v1/webhooks')).body).toEqual({ items: [shown], nextCursor: null });
    expect(await auditOf(api, made.id)).toEqual(['webhook.create']);
  });

  it('has its secret nowhere else: no log, no audit entry, no kept answer; nor its URL, which may hold a key', async () => {
    const key = { 'idempotency-key': unknownId() };
    const answer = await world.enterprise.post('/v1/webhooks', { url }, key);
    const { id, secret } = answer.body;
    const rotated = (await world.enterprise.post(`/v1/webhooks/${id}/rotate-secret`, undefined, key)).body;
    await world.enterprise.patch(`/v1/webhooks/${id}`, { url: `${url}2` }, ifMatch(rotated));
    const audit = await api.deps.pool.query('select * from audit_entries');
    const keys = await api.deps.pool.query('select * from idempotency_keys where key = $1', [key['idempotency-key']]);
    expect(keys.rows).toEqual([]);
    const places = [JSON.stringify(audit.rows), logLines.join('\n')];
    for (const text of places) {
      expect(text).not.toContain(secret.slice(6));
      expect(text).not.toContain(rotated.secret.slice(6));
      expect(text).not.toContain('canary-in-the-url');
    }
  });

  it('has its secrets hidden by the database itself from everybody but the handler that signs', async () => {
    await createWebhook(world.enterprise, url);
    const { pool } = api.deps;
    const { organizationId } = world.enterprise;
    const seenAs = (actor: string) =>
      rolledBack(pool, settingsOf({ actor, organizationId }), async (client) => {
        const { rows } = await client.query('select secret from webhook_secrets');
        return rows.length;
      });
    expect(await seenAs(`user:${world.enterprise.userId}`)).toBe(0);
    expect(await seenAs('system:housekeeping')).toBe(0);
    expect(await seenAs('')).toBe(0);
    expect(await seenAs('system:deliver-webhook')).toBeGreaterThan(0);
    await expect(pool.query("update webhook_secrets set secret = 'x'")).rejects.toThrow(/permission denied/);
  });

  it('is managed by admins, and at a market by its directors', async () => {
    await createWebhook(world.demandDirector, url);
    const writes = await countWrites(api);
    for (const person of [member, world.demandBroker, world.admin]) {
      expect((await person.post('/v1/webhooks', { url })).status).toBe(403);
      expect((await person.get('/v1/webhooks')).status).toBe(403);
    }
    expect((await api.anonymous.post('/v1/webhooks', { url })).status).toBe(401);
    expect(await countWrites(api)).toEqual(writes);
  });

  it('does not exist for another organization, nor after it was deleted', async () => {
    const { id } = await createWebhook(world.enterprise, url);
    const unknown = unknownId();
    for (const target of [id, unknown]) {
      const path = `/v1/webhooks/${target}`;
      for (const person of [world.university, world.demandDirector]) {
        const answers = [
          await person.get(path),
          await person.patch(path, { types: null }, { 'if-match': '*' }),
          await person.delete(path),
          await person.post(`${path}/rotate-secret`),
          await person.post(`${path}/enable`),
          await person.post(`${path}/test`),
          await person.get(`${path}/deliveries`),
          await person.post(`${path}/deliveries/${unknown}/redeliver`),
        ];
        expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 404));
      }
    }
    expect((await world.enterprise.delete(`/v1/webhooks/${id}`)).status).toBe(204);
    expect((await world.enterprise.get(`/v1/webhooks/${id}`)).status).toBe(404);
    expect(await auditOf(api, id)).toEqual(['webhook.create', 'webhook.delete']);
  });

  it('needs an organization that is verified and not suspended; less may be sent by anybody', async () => {
    const made = await createWebhook(world.enterprise, url);
    const path = `/v1/webhooks/${made.id}`;
    const home = `/v1/organizations/${world.enterprise.organizationId}`;
    expect((await world.demandBroker.post(`${home}/suspend`, { reason: '核查' })).status).toBe(200);
    const refused = [
      await world.enterprise.post('/v1/webhooks', { url }),
      await world.enterprise.post(`${path}/test`),
      await world.enterprise.post(`${path}/enable`),
      await world.enterprise.patch(path, { types: null }, ifMatch(made)),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    const off = await world.enterprise.patch(path, { enabled: false }, ifMatch(made));
    expect(off.body).toMatchObject({ enabled: false, disabled: { reason: 'owner' } });
    expect((await world.demandBroker.post(`${home}/reinstate`)).status).toBe(200);
  });

  it('is changed at the version that was read', async () => {
    const made = await createWebhook(world.enterprise, url, { types: ['match.suggested'] });
    const path = `/v1/webhooks/${made.id}`;
    expect((await world.enterprise.patch(path, { types: null })).status).toBe(428);
    const changed = await world.enterprise.patch(path, { types: null, description: '全部' }, ifMatch(made));
    expect(changed.body).toMatchObject({ types: null, description: '全部', version: 2 });
    expect(changed.headers.etag).toBe('"2"');
    expect((await world.enterprise.patch(path, { description: null }, ifMatch(made))).status).toBe(412);
    expect((await world.enterprise.patch(path, {}, ifMatch(changed.body))).status).toBe(422);
    expect(await auditOf(api, made.id)).toEqual(['webhook.create', 'webhook.update']);
  });

  it('is turned off and on again', async () => {
    const made = await createWebhook(world.enterprise, url);
    const path = `/v1/webhooks/${made.id}`;
    expect((await world.enterprise.post(`${path}/enable`)).body).toMatchObject({
      code: 'INVALID_STATE',
      state: 'enabled',
    });
    await world.enterprise.patch(path, { enabled: false }, ifMatch(made));
    expect((await world.enterprise.post(`${path}/test`)).body).toMatchObject({ status: 409, state: 'disabled' });
    expect((await world.enterprise.post(`${path}/enable`, undefined, { 'if-match': '"1"' })).status).toBe(412);
    const on = await world.enterprise.post(`${path}/enable`);
    expect(on.body).toMatchObject({ enabled: true, disabled: null, version: 3 });
    expect(await auditOf(api, made.id)).toEqual(['webhook.create', 'webhook.update', 'webhook.enable']);
    expect(await messagesAbout(api, made.id)).toEqual([]);
  });

  it('is one of twenty at most, also at once', async () => {
    const answers = await Promise.all(Array.from({ length: 22 }, () => world.university.post('/v1/webhooks', { url })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(20).fill(201), 409, 409]);
  });

  it('has a public https address', async () => {
    const wrong: [string, string][] = [
      ['hooks.dairy.example', 'syntax'],
      ['ftp://hooks.dairy.example/', 'syntax'],
      ['http://hooks.dairy.example/', 'https'],
      ['https://me:secret@hooks.dairy.example/', 'credentials'],
      ['https://hooks.dairy.example/#part', 'fragment'],
      ['https://hooks.dairy.example:80/', 'port'],
      ['https://hooks.dairy.example:6379/', 'port'],
      ['https://localhost/', 'address'],
      ['https://2130706433/', 'address'],
      ['https://[::ffff:127.0.0.1]/', 'address'],
    ];
    for (const [address, code] of wrong) {
      const answer = await world.enterprise.post('/v1/webhooks', { url: address });
      expect([address, answer.status, answer.body.errors?.[0]]).toMatchObject([
        address,
        422,
        { pointer: '/url', code },
      ]);
    }
    const long = await world.enterprise.post('/v1/webhooks', { url: `https://hooks.example/${'x'.repeat(2_000)}` });
    expect(long.status).toBe(422);
    expect((await createWebhook(world.enterprise, 'https://hooks.dairy.example:8443/a')).enabled).toBe(true);
  });

  it('is told of types that there are, and of no person’s own', async () => {
    for (const types of [
      [],
      ['match.made'],
      ['search.matched'],
      ['webhook.test'],
      ['match.suggested', 'match.suggested'],
    ]) {
      const answer = await world.enterprise.post('/v1/webhooks', { url, types });
      expect([types, answer.status]).toEqual([types, 422]);
    }
  });

  it('is made and changed with an API key that may write for the organization', async () => {
    const keyWith = async (scopes: string[]) =>
      api.as((await world.enterprise.post('/v1/api-keys', { name: '对接程序', scopes })).body.key);
    const reader = await keyWith(['read']);
    expect((await reader.post('/v1/webhooks', { url })).status).toBe(403);
    expect((await reader.get('/v1/webhooks')).status).toBe(200);
    expect((await (await keyWith(['organizations:write'])).post('/v1/webhooks', { url })).status).toBe(201);
  });
});

describe('a test and the log', () => {
  let open: TestApi;
  let owner: Person;
  let stranger: Person;
  let receiver: Receiver;
  let sender: Sender;

  beforeAll(async () => {
    open = await startApi({ WEBHOOK_ALLOW_PRIVATE: 'yes' });
    const people = await createWorld(open);
    owner = people.enterprise;
    stranger = people.university;
    receiver = new Receiver();
    await receiver.start();
    sender = createSender(open);
    await sender.work();
  });
  afterAll(async () => {
    await sender?.outgoing.client.close();
    await receiver?.close();
    await open?.close();
  });

  async function log(id: string): Promise<Body[]> {
    return (await owner.get(`/v1/webhooks/${id}/deliveries`)).body.items;
  }

  it('sends a test once, and keeps what came of it', async () => {
    const { id } = await createWebhook(owner, receiver.url('/test'));
    const asked = await owner.post(`/v1/webhooks/${id}/test`);
    expect(asked.status).toBe(202);
    expect(asked.body).toMatchObject({ type: 'webhook.test', status: 'pending', attempts: [] });
    await sender.work();
    const [request] = receiver.at('/test');
    expect(request?.headers).toMatchObject({
      'user-agent': 'Duijie-Webhook/1',
      'content-type': 'application/json; charset=utf-8',
      'webhook-id': asked.body.webhookId,
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      type: 'webhook.test',
      timestamp: open.clock.now().toISOString(),
      data: { messageId: asked.body.webhookId.slice(4), subject: { type: 'webhook', id }, params: {} },
    });
    expect(await log(id)).toMatchObject([
      { id: asked.body.id, status: 'delivered', nextAttemptAt: null, attempts: [{ statusCode: 204, errorCode: null }] },
    ]);
    expect(await auditOf(open, id)).toEqual(['webhook.create', 'webhook.test']);
  });

  it('does not try a test again, nor hold it against the endpoint', async () => {
    const { id } = await createWebhook(owner, receiver.url('/broken'));
    receiver.answers.set('/broken', (response) => void response.writeHead(500).end('kaputt'));
    await owner.post(`/v1/webhooks/${id}/test`);
    await sender.work();
    expect(await log(id)).toMatchObject([
      { status: 'failed', attempts: [{ statusCode: 500, errorCode: 'refused', response: 'kaputt' }] },
    ]);
    expect((await owner.get(`/v1/webhooks/${id}`)).body.failingSince).toBe(null);
  });

  it('pages through the log, newest first', async () => {
    const { id } = await createWebhook(owner, receiver.url('/paged'));
    const sent: string[] = [];
    for (const _ of [1, 2, 3]) sent.unshift((await owner.post(`/v1/webhooks/${id}/test`)).body.id);
    const first = (await owner.get(`/v1/webhooks/${id}/deliveries?limit=2`)).body;
    const rest = (await owner.get(`/v1/webhooks/${id}/deliveries?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...rest.items].map((item: Body) => item.id)).toEqual(sent);
    expect(rest.nextCursor).toBe(null);
  });

  it('sends a delivery of its own endpoint again, and no other', async () => {
    const [one, other] = [
      await createWebhook(owner, receiver.url('/one')),
      await createWebhook(owner, receiver.url('/other')),
    ];
    const { id } = (await owner.post(`/v1/webhooks/${one.id}/test`)).body;
    await sender.work();
    expect((await owner.post(`/v1/webhooks/${other.id}/deliveries/${id}/redeliver`)).status).toBe(404);
    expect((await stranger.post(`/v1/webhooks/${one.id}/deliveries/${id}/redeliver`)).status).toBe(404);
    const again = await owner.post(`/v1/webhooks/${one.id}/deliveries/${id}/redeliver`);
    expect([again.status, again.body.status]).toEqual([202, 'pending']);
    await sender.work();
    const ids = receiver.at('/one').map((request) => request.headers['webhook-id']);
    expect(ids).toEqual([again.body.webhookId, again.body.webhookId]);
    expect(await log(one.id)).toMatchObject([{ status: 'delivered', attempts: [{}, {}] }]);
    expect(await auditOf(open, one.id)).toEqual(['webhook.create', 'webhook.test', 'webhook.redeliver']);
  });
});
