import { connect } from 'node:net';
import { fastify } from 'fastify';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { anonymous } from '../../src/core/actor.ts';
import { operation } from '../../src/http/operation.ts';
import { useRequestCtx } from '../../src/http/request-ctx.ts';
import { VocabularyView } from '../../src/vocabularies/views.ts';
import {
  administrator,
  type Body,
  createWorld,
  demandInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { countWrites } from '../setup/rows.ts';
import { fillSearchIndex } from '../setup/search.ts';

const unknownId = '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d';

let api: TestApi;
let world: World;
const extraApis: TestApi[] = [];

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterEach(async () => {
  for (const extra of extraApis.splice(0)) await extra.close();
});
afterAll(() => api.close());

async function startAnother(environment: Record<string, string> = {}): Promise<TestApi> {
  const extra = await startApi(environment);
  extraApis.push(extra);
  return extra;
}

/** A demand as bytes, the way a client that is not ours would send it. */
function postDemand(payload: string | Buffer, headers: Record<string, string> = {}) {
  return api.app.inject({
    method: 'POST',
    url: '/v1/demands',
    payload,
    headers: { authorization: `Bearer ${world.enterprise.token}`, 'content-type': 'application/json', ...headers },
  });
}

describe('a request that cannot be read', () => {
  it.each(['{"title": ', '{title: 1}', 'title=1', '{"title":"x"}}'])('as %s is malformed', async (payload) => {
    const answer = await postDemand(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toMatchObject({ type: 'about:blank', status: 400, code: 'BAD_REQUEST' });
    expect(answer.json().requestId).toBe(answer.headers['x-request-id']);
  });

  it('for its content type is 415', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
      const answer = await postDemand('title=x', { 'content-type': type });
      expect([type, answer.statusCode]).toEqual([type, 415]);
      expect(answer.json().code).toBe('UNSUPPORTED_MEDIA_TYPE');
    }
  });

  it('for its size is 413, with a length and without', async () => {
    const large = JSON.stringify({ title: 'x'.repeat(1024 * 1024) });
    const answer = await postDemand(large);
    expect(answer.statusCode).toBe(413);
    expect(answer.headers['content-type']).toContain('application/problem+json');
    expect(answer.json().code).toBe('TOO_LARGE');
    const justBelow = await postDemand(JSON.stringify({ title: 'x'.repeat(1024 * 1024 - 20) }));
    expect(justBelow.statusCode).toBe(422);
  });

  it('with an empty, null or scalar body is 422', async () => {
    for (const payload of ['', 'null', '[]', '"text"', '7'])
      expect([payload, (await postDemand(payload)).statusCode]).toEqual([payload, 422]);
  });
});

describe('input that is read and is wrong', () => {
  it('names an unknown property by its pointer, wherever it stands', async () => {
    const answer = await world.enterprise.post('/v1/demands', {
      ...demandInput,
      status: 'published',
      budget: { minCny: 1, currency: 'EUR' },
      'a/b~c': 1,
    });
    expect(answer.status).toBe(422);
    const pointers = answer.body.errors.map((error: Body) => error.pointer);
    expect(pointers.sort()).toEqual(['/a~1b~0c', '/budget/currency', '/status']);
    const query = await api.anonymous.get('/v1/demands?sort=hidden');
    expect(query.body.errors).toEqual([expect.objectContaining({ pointer: '/querystring/sort' })]);
  });

  it('takes no number in quotes in a body, and reads it in a query', async () => {
    const answer = await world.enterprise.post('/v1/demands', { ...demandInput, targetTrl: '6' });
    expect(answer.body.errors.map((error: Body) => error.pointer)).toEqual(['/targetTrl']);
    expect((await api.anonymous.get('/v1/demands?limit=5')).status).toBe(200);
    for (const limit of ['0', '101', '1.5', 'many', '-1'])
      expect([limit, (await api.anonymous.get(`/v1/demands?limit=${limit}`)).status]).toEqual([limit, 422]);
  });

  it('of an id that is no UUID is 422 with a pointer, and of an unknown one 404', async () => {
    for (const id of ['7', 'null', unknownId.slice(1), `${unknownId}x`, '%00', "'--"]) {
      const answer = await api.anonymous.get(`/v1/demands/${encodeURIComponent(id)}`);
      expect([id, answer.status]).toEqual([id, 422]);
      expect(answer.body.errors[0].pointer).toBe('/params/id');
    }
    expect((await api.anonymous.get(`/v1/demands/${unknownId}`)).status).toBe(404);
  });

  it('is refused for characters that cannot be kept, before anything is written', async () => {
    const before = await countWrites(api);
    for (const title of ['a\u0000b', 'half \ud83d of a pair']) {
      const answer = await world.enterprise.post('/v1/demands', { ...demandInput, title, keywords: ['枸杞', title] });
      expect(answer.status).toBe(422);
      expect(answer.body.errors.map((error: Body) => error.pointer)).toEqual(['/title', '/keywords/1']);
    }
    const whole = await world.enterprise.post('/v1/demands', { ...demandInput, title: '一整对 😀' });
    expect(whole.body.title).toBe('一整对 😀');
    expect((await countWrites(api)).messages).toBe(before.messages);
  });

  it('in If-Match is 422, where a version is needed and where it is only honoured', async () => {
    const made = (await world.enterprise.post('/v1/demands', demandInput)).body;
    const url = `/v1/demands/${made.id}`;
    for (const header of ['1', '"one"', '"1", "2"', '""', '"-1"']) {
      const patch = await world.enterprise.patch(url, { targetTrl: 5 }, { 'if-match': header });
      expect([header, patch.status]).toEqual([header, 422]);
      expect(patch.body.errors[0].pointer).toBe('/headers/if-match');
      expect((await world.enterprise.post(`${url}/submit`, undefined, { 'if-match': header })).status).toBe(422);
    }
    expect((await world.enterprise.get(url)).body).toMatchObject({ version: 1, status: 'draft' });
    const weakened = await world.enterprise.patch(url, { targetTrl: 5 }, { 'if-match': 'W/"1"' });
    expect(weakened.status).toBe(200);
  });

  it('in a cursor is told where every fault of a query is', async () => {
    for (const url of ['/v1/demands?cursor=x', '/v1/results?cursor=x', '/v1/organizations?cursor=x'])
      expect((await api.anonymous.get(url)).body.errors).toMatchObject([{ pointer: '/querystring/cursor' }]);
  });

  it('is no If-Match of *, which stands for whatever version there is', async () => {
    const made = (await world.enterprise.post('/v1/demands', demandInput)).body;
    const anyVersion = { 'if-match': '*' };
    const patched = await world.enterprise.patch(`/v1/demands/${made.id}`, { targetTrl: 5 }, anyVersion);
    expect([patched.status, patched.body.version, patched.body.targetTrl]).toEqual([200, 2, 5]);
    const none = await world.enterprise.patch(`/v1/demands/${unknownId}`, { targetTrl: 5 }, anyVersion);
    expect(none.status).toBe(404);
    const organization = `/v1/organizations/${world.enterprise.organizationId}`;
    expect((await world.enterprise.patch(organization, { industry: '14' }, anyVersion)).status).toBe(200);
    expect((await world.enterprise.patch('/v1/me', { locale: 'zh-CN' }, anyVersion)).status).toBe(200);
    expect((await world.enterprise.patch(`/v1/demands/${made.id}`, { targetTrl: 4 })).status).toBe(428);
  });

  it('in Idempotency-Key is 422', async () => {
    for (const key of ['', 'a key', 'x'.repeat(201), '\u00e9']) {
      const answer = await world.enterprise.post('/v1/demands', demandInput, { 'idempotency-key': key });
      expect([key, answer.status]).toEqual([key, 422]);
      expect(answer.body.errors[0].pointer).toBe('/headers/idempotency-key');
    }
    const longest = { 'idempotency-key': 'x'.repeat(200) };
    expect((await world.enterprise.post('/v1/demands', demandInput, longest)).status).toBe(201);
  });
});

describe('what is refused before there is a request', () => {
  /** All that the server says to these bytes before it closes. */
  async function sayRaw(text: string): Promise<string> {
    const socket = connect(Number(new URL(address).port), '127.0.0.1');
    socket.end(text);
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString('utf8');
  }
  let address: string;
  beforeAll(async () => {
    address = await api.app.listen({ port: 0, host: '127.0.0.1' });
  });

  it.each([
    ['no HTTP', 'SOME BYTES\r\n\r\n', 400],
    ['headers without an end', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400],
  ])('is told as a problem: %s', async (_what, text, status) => {
    const [head = '', body = ''] = (await sayRaw(text)).split('\r\n\r\n');
    const problem = JSON.parse(body);
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(head.toLowerCase()).toContain('content-type: application/problem+json; charset=utf-8\r\n');
    expect(head.toLowerCase()).toContain(`content-length: ${Buffer.byteLength(body)}`);
    expect(head.toLowerCase()).toContain(`x-request-id: ${problem.requestId}`);
    expect(problem).toMatchObject({ type: 'about:blank', status });
  });

  it('has the id that the problem names, also at an address that cannot be decoded', async () => {
    const answer = await api.app.inject({ url: '/v1/demands/%zz' });
    expect([answer.statusCode, answer.headers['x-request-id']]).toEqual([400, answer.json().requestId]);
  });
});

describe('an address that is no route', () => {
  it('answers as a problem, also below /v1', async () => {
    const requests = [
      ['GET', '/'],
      ['GET', '/v1'],
      ['GET', '/v1/secrets'],
      ['POST', `/v1/demands/${unknownId}/steal`],
      ['PATCH', '/v1/secrets'],
      ['GET', `/v1/demands/${unknownId}/`],
    ] as const;
    for (const [method, url] of requests) {
      const answer = await api.app.inject({ method, url });
      expect([url, answer.statusCode]).toEqual([url, 404]);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.json()).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    }
  });

  it('for its method alone is 405 and names the methods that are, whether or not the record exists', async () => {
    const requests = [
      ['DELETE', `/v1/demands/${unknownId}`, 'GET, HEAD, PATCH'],
      ['PUT', '/v1/demands?limit=5', 'GET, HEAD, POST'],
      ['GET', `/v1/demands/${unknownId}/publish`, 'POST'],
      ['POST', '/v1/organizations/7/tiers/%E6%96%87', 'DELETE'],
      ['PUT', '/livez', 'GET, HEAD'],
    ] as const;
    for (const [method, url, allow] of requests) {
      const answer = await api.app.inject({ method, url, headers: { 'accept-language': 'en' } });
      expect([url, answer.statusCode, answer.headers.allow]).toEqual([url, 405, allow]);
      expect(answer.headers['content-type']).toContain('application/problem+json');
      expect(answer.json()).toMatchObject({ title: 'Method Not Allowed', status: 405, code: 'METHOD_NOT_ALLOWED' });
      expect(answer.json().detail).toContain(allow);
      expect(answer.json().requestId).toBe(answer.headers['x-request-id']);
    }
  });
});

describe('a repeat under one Idempotency-Key', () => {
  it('is answered with the same bytes', async () => {
    const key = { 'idempotency-key': 'same-bytes' };
    const [first, second] = [
      await postDemand(JSON.stringify(demandInput), key),
      await postDemand(JSON.stringify(demandInput), key),
    ];
    expect(first.statusCode).toBe(201);
    expect(second.statusCode).toBe(201);
    expect(second.payload).toBe(first.payload);
    expect(second.headers.etag).toBe(first.headers.etag);
  });
});

describe('the language of a problem', () => {
  it.each([
    ['zh-CN', true],
    ['en', false],
    ['en-GB,en;q=0.9,zh;q=0.8', false],
    ['fr, zh;q=0.5, en;q=0.4', true],
    ['fr', true],
    ['*', true],
    ['en;q=0, zh', true],
    [';;;,,q=', true],
  ])('for Accept-Language "%s" is Chinese: %s', async (header, chinese) => {
    const answers = [
      await api.anonymous.get('/v1/demands?limit=0', { 'accept-language': header }),
      await api.anonymous.get(`/v1/demands/${unknownId}`, { 'accept-language': header }),
    ];
    for (const { body } of answers) expect(/\p{Script=Han}/u.test(body.detail)).toBe(chinese);
    expect(/\p{Script=Han}/u.test(answers[0]?.body.errors[0].message)).toBe(chinese);
  });
});

describe('headers', () => {
  it('carry a request id of our own making, another for each request', async () => {
    const sent = { 'x-request-id': 'chosen-by-the-client' };
    const answers = await Promise.all([1, 2].map(() => api.anonymous.get('/v1/markets', sent)));
    const ids = answers.map((answer) => answer.headers['x-request-id']);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(2);
  });

  it('protect browsers, on answers and on problems', async () => {
    for (const url of ['/v1/markets', '/v1/secrets', '/livez']) {
      const { headers } = await api.anonymous.get(url);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
      });
      expect(headers['strict-transport-security']).toContain('max-age=');
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  it('name nobody to tell of weaknesses where the configuration does not', async () => {
    expect((await api.anonymous.get('/.well-known/security.txt')).status).toBe(404);
  });

  it('let no other origin read answers', async () => {
    const { headers } = await api.anonymous.get('/v1/markets', { origin: 'https://elsewhere.example' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('ask for a bearer token where one is missing or bad, on public routes too', async () => {
    const bad = [
      'Bearer nonsense',
      'Basic YWRtaW46YWRtaW4=',
      'Bearer',
      `Bearer ${world.enterprise.token}x`,
      `bearer  ${unknownId}`,
    ];
    for (const authorization of bad) {
      for (const url of ['/v1/me', '/v1/demands']) {
        const answer = await api.anonymous.get(url, { authorization });
        expect([authorization, url, answer.status]).toEqual([authorization, url, 401]);
        expect(answer.headers['www-authenticate']).toBe('Bearer');
      }
    }
    expect((await api.anonymous.get('/v1/me')).status).toBe(401);
  });
});

describe('the pages for operation', () => {
  it('say that the process lives and is ready', async () => {
    expect((await api.anonymous.get('/livez')).body).toEqual({ status: 'ok' });
    await fillSearchIndex(api);
    expect((await api.anonymous.get('/readyz')).body).toEqual({ status: 'ok', search: 'ok', jobs: 'ok' });
  });

  it('give metrics to the machine itself and to nobody else', async () => {
    await api.anonymous.get(`/v1/demands/${unknownId}`);
    for (const remoteAddress of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      const answer = await api.app.inject({ url: '/metrics', remoteAddress });
      expect(answer.statusCode).toBe(200);
      expect(answer.body).toContain('route="/v1/demands/:id",status="404"');
      expect(answer.body).not.toContain(unknownId);
      expect(answer.body).toContain('duijie_deliveries_owed{channel="inbox",handler="notify"}');
    }
    for (const remoteAddress of ['10.0.0.7', '203.0.113.9', '::ffff:10.0.0.1', 'fe80::1']) {
      const headers = { 'x-forwarded-for': '127.0.0.1' };
      const answer = await api.app.inject({ url: '/metrics', remoteAddress, headers });
      expect([remoteAddress, answer.statusCode]).toEqual([remoteAddress, 404]);
    }
  });

  it('describe every operation with an id of its own, a summary, an answer and its problems', async () => {
    const { body } = await api.anonymous.get('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    const operations = Object.entries(body.paths).flatMap(([path, item]) =>
      Object.entries(item as Record<string, Body>).map(([method, each]) => ({ name: `${method} ${path}`, each })),
    );
    expect(operations.length).toBeGreaterThan(50);
    expect(new Set(operations.map(({ each }) => each.operationId)).size).toBe(operations.length);
    for (const { name, each } of operations) {
      expect([name, typeof each.summary, each.tags?.length]).toEqual([name, 'string', 1]);
      const statuses = Object.keys(each.responses);
      expect([name, statuses.some((status) => status.startsWith('2'))]).toEqual([name, true]);
      if (name.includes(' /v1/'))
        expect([name, statuses]).toEqual([name, expect.arrayContaining(['422', '429', '503'])]);
      // A body that cannot be read is refused before the operation could say that it wants none.
      if (/^(?!get).* \/v1\//.test(name))
        expect([name, statuses]).toEqual([name, expect.arrayContaining(['400', '413', '415'])]);
    }
    expect(unresolved(body)).toEqual([]);
  });

  it('show the description to people', async () => {
    const page = await api.app.inject('/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    expect((await api.app.inject('/docs/json')).json().info.title).toContain('Duijie');
  });
});

/** References in a document that point nowhere. */
function unresolved(document: Body): string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((match) => match[1] ?? '');
  return [...new Set(references)].filter((reference) => {
    const steps = reference.replace(/^#\//, '').split('/');
    return steps.reduce((at: Body, step) => at?.[step], document) === undefined;
  });
}

describe('the rate limit', () => {
  it('answers 429 with Retry-After, for each address by itself', async () => {
    const limited = await startAnother({ RATE_LIMIT_PER_MINUTE: '3' });
    const statuses: number[] = [];
    for (let at = 0; at < 4; at += 1) statuses.push((await limited.app.inject('/v1/markets')).statusCode);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await limited.anonymous.get('/v1/markets', { 'accept-language': 'en' });
    expect(refused.body).toMatchObject({ status: 429, code: 'LIMIT_EXCEEDED' });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(60);
    expect((await limited.app.inject({ url: '/v1/markets', remoteAddress: '10.0.0.8' })).statusCode).toBe(200);
  });

  it('is not escaped by claiming another address', async () => {
    const limited = await startAnother({ RATE_LIMIT_PER_MINUTE: '1' });
    const from = (address: string) =>
      limited.app.inject({ url: '/v1/markets', headers: { 'x-forwarded-for': address } });
    expect((await from('10.1.1.1')).statusCode).toBe(200);
    expect((await from('10.1.1.2')).statusCode).toBe(429);
  });
});

describe('an API key', () => {
  async function keyWith(...scopes: string[]) {
    const made = await world.enterprise.post('/v1/api-keys', { name: `key ${scopes}`, scopes });
    expect(made.status).toBe(201);
    return api.as(made.body.key);
  }

  it('may do what its scopes name and nothing else', async () => {
    const reader = await keyWith('read');
    expect((await reader.get('/v1/demands?view=mine')).status).toBe(200);
    const before = await countWrites(api);
    const refused = await reader.post('/v1/demands', demandInput, { 'accept-language': 'en' });
    expect(refused.status).toBe(403);
    expect(refused.body.detail).toContain('records:write');
    expect(await countWrites(api)).toEqual(before);
    const writer = await keyWith('records:write');
    expect((await writer.post('/v1/demands', demandInput)).status).toBe(201);
    expect((await writer.get('/v1/demands?view=mine')).status).toBe(403);
  });

  it('of any scope opens nothing that is a person’s own', async () => {
    const all = await keyWith('read', 'records:write', 'matches:write', 'projects:write', 'organizations:write');
    expect((await all.get('/v1/api-keys')).status).toBe(403);
    expect((await all.post('/v1/api-keys', { name: 'child', scopes: ['read'] })).status).toBe(403);
    expect((await all.get('/v1/me/export')).status).toBe(403);
  });
});

describe('a route without an access rule', () => {
  const base = {} as Parameters<typeof useRequestCtx>[1];

  it('keeps the application from starting', async () => {
    const direct = fastify();
    useRequestCtx(direct, base, async () => anonymous);
    expect(() => direct.get('/v1/open', async () => ({}))).toThrow('/v1/open has no access rule');
    const nested = fastify();
    useRequestCtx(nested, base, async () => anonymous);
    nested.register(
      async (v1) => {
        v1.get('/open', async () => ({}));
      },
      { prefix: '/v1' },
    );
    await expect(nested.ready()).rejects.toThrow('GET /v1/open has no access rule');
  });

  it('is one that operation() did not make', async () => {
    const app = fastify();
    useRequestCtx(app, base, async () => anonymous);
    const rule = operation({ id: 'x', summary: 'x', tag: 'x', access: 'signed-in', output: VocabularyView });
    app.get('/v1/closed', { config: rule.config }, async () => ({}));
    await app.ready();
    expect((await app.inject('/v1/closed')).statusCode).toBe(500);
    await app.close();
  });
});

describe('with the database away', () => {
  it('every request is 503 with Retry-After, the process lives, and all works when it is back', async () => {
    const hit = await startAnother();
    const admin = await hit.signIn(administrator.email, administrator.password);
    const name = new URL(hit.deps.databaseUrl).pathname.slice(1);
    const owner = new pg.Client({ connectionString: inject('clusterUrl') });
    await owner.connect();
    try {
      await owner.query(`alter database ${name} allow_connections false`);
      await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
      const market = { name: '兰州科技大市场', regionCode: '620100' };
      const answers = [
        await hit.anonymous.get('/v1/demands'),
        await hit.anonymous.get(`/v1/demands/${unknownId}`),
        await hit.anonymous.post('/v1/sessions', administrator),
        await admin.get('/v1/me'),
        await admin.post('/v1/markets', market),
        await hit.anonymous.get('/readyz'),
      ];
      for (const answer of answers) {
        expect(answer.status).toBe(503);
        expect(answer.body.code).toBe('UNAVAILABLE');
        expect(answer.headers['content-type']).toContain('application/problem+json');
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      }
      expect((await hit.anonymous.get('/livez')).status).toBe(200);
      await owner.query(`alter database ${name} allow_connections true`);
      expect((await hit.anonymous.get('/readyz')).status).toBe(200);
      expect((await admin.post('/v1/markets', market)).status).toBe(201);
    } finally {
      await owner.query(`alter database ${name} allow_connections true`);
      await owner.end();
    }
  });

  it('connections that were cut while idle are not noticed by the next request', async () => {
    const hit = await startAnother();
    await hit.anonymous.get('/v1/markets');
    const name = new URL(hit.deps.databaseUrl).pathname.slice(1);
    const owner = new pg.Client({ connectionString: inject('clusterUrl') });
    await owner.connect();
    await owner.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await owner.end();
    const answers = await Promise.all(Array.from({ length: 5 }, () => hit.anonymous.get('/v1/markets')));
    for (const answer of answers) expect([200, 503]).toContain(answer.status);
    expect((await hit.anonymous.get('/v1/markets')).status).toBe(200);
  });
});

describe('an empty body under a JSON content type', () => {
  it('is no body: a step without one is taken, and a request that needs one is told so', async () => {
    const made = await world.enterprise.post('/v1/demands', demandInput);
    const headers = { authorization: `Bearer ${world.enterprise.token}`, 'content-type': 'application/json' };
    const submitted = await api.app.inject({
      method: 'POST',
      url: `/v1/demands/${made.body.id}/submit`,
      headers,
      payload: '',
    });
    expect(submitted.statusCode).toBe(200);
    const created = await api.app.inject({ method: 'POST', url: '/v1/demands', headers, payload: '' });
    expect(created.statusCode).toBe(422);
    expect(created.json().errors[0].pointer).toBe('');
  });
});

describe('readiness with Redis away', () => {
  it('is degraded and still ready, since requests do not need it', async () => {
    const withoutRedis = await startApi({ REDIS_URL: 'redis://127.0.0.1:1' });
    try {
      const unfilled = await withoutRedis.anonymous.get('/readyz');
      expect(unfilled.body).toEqual({ status: 'degraded', search: 'filling', jobs: 'down' });
      await fillSearchIndex(withoutRedis);
      const answer = await withoutRedis.anonymous.get('/readyz');
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ status: 'degraded', search: 'ok', jobs: 'down' });
    } finally {
      await withoutRedis.close();
    }
  });
});
