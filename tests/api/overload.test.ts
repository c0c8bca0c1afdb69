import { connect } from 'node:net';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { startApi, type TestApi } from '../setup/api.ts';
import { operationsOf } from '../setup/operations.ts';

let api: TestApi;
const unknownId = '0192f0c4-cc00-7f66-a007-93a4b5c6d7e8';

beforeAll(async () => {
  api = await startApi({ SECURITY_CONTACT: 'mailto:security@market.example', PUBLIC_URL: 'https://market.example' });
});
afterAll(() => api?.close());
afterEach(() => vi.useRealTimers());

it('requests are refused before they cost anything while too many wait for the database, supervisors are answered', async () => {
  const { pool, metrics } = api.deps;
  const held: pg.PoolClient[] = [];
  while (pool.idleCount > 0 || pool.totalCount < (pool.options.max ?? 0)) held.push(await pool.connect());
  const waiting = Array.from({ length: 501 }, () => pool.query('select 1'));
  try {
    const refused = await api.anonymous.get('/v1/markets', { 'accept-language': 'en' });
    expect(refused).toMatchObject({
      status: 503,
      body: { code: 'UNAVAILABLE', detail: expect.stringContaining('more to do') },
      headers: { 'retry-after': '2', 'x-content-type-options': 'nosniff' },
    });
    expect((await api.anonymous.post('/v1/sessions', { email: 'a@b.example', password: 'x' })).status).toBe(503);
    expect((await api.anonymous.get('/livez')).status).toBe(200);
  } finally {
    for (const client of held) client.release();
  }
  await Promise.allSettled(waiting);
  expect((await api.anonymous.get('/v1/markets')).status).toBe(200);
  expect(await metrics.render()).toContain('duijie_requests_refused_total{why="database"} 2');
});

it('the server gives up headers that do not end, and takes no more connections than it can hold', () => {
  const { headersTimeout, maxConnections, keepAliveTimeout } = api.app.server;
  expect({ headersTimeout, maxConnections }).toEqual({ headersTimeout: 20_000, maxConnections: 10_000 });
  expect(keepAliveTimeout).toBeGreaterThan(0);
});

it('a body that does not come is not waited for', async () => {
  const origin = new URL(await api.app.listen({ port: 0, host: '127.0.0.1' }));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const client = connect(Number(origin.port), origin.hostname);
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  const parsing = vi.waitUntil(() => vi.getTimerCount() > 0, { timeout: 20_000 });
  client.on('error', () => undefined);
  client.write(
    'POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60\r\n\r\n{"email":',
  );
  await parsing;
  vi.advanceTimersByTime(31_000);
  await closed;
  expect(client.destroyed).toBe(true);
});

it('every operation answers with the headers that protect browsers, whoever asks', async () => {
  for (const { method, path, name } of operationsOf(api)) {
    const url = path.replaceAll(/\{[^}]+\}/g, unknownId);
    const { headers } = await api.app.inject({ method: method as 'GET', url });
    expect(headers, name).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': expect.stringContaining('max-age='),
      'cross-origin-resource-policy': 'same-origin',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
    expect(headers, name).not.toHaveProperty('access-control-allow-origin');
  }
  const page = await api.app.inject({ url: '/docs/' });
  expect([page.statusCode, page.headers['content-security-policy']]).toEqual([200, expect.stringContaining("'self'")]);
});

it('security.txt says whom to tell and until when', async () => {
  const { body, headers } = await api.anonymous.get('/.well-known/security.txt');
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(body.split('\n')).toEqual([
    'Contact: mailto:security@market.example',
    'Expires: 2027-05-22T00:00:00.000Z',
    'Preferred-Languages: zh, en',
    'Canonical: https://market.example/.well-known/security.txt',
    '',
  ]);
});
