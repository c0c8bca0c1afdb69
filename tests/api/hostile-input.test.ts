import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, demandInput, publishDemand, startApi, type TestApi, type World } from '../setup/api.ts';

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
});
afterAll(() => api.close());

/** A body exactly as written: what `JSON.stringify` would not write. */
async function postText(url: string, payload: string, headers: Record<string, string> = {}) {
  const request: InjectOptions = {
    method: 'POST',
    url,
    payload,
    headers: { authorization: `Bearer ${world.enterprise.token}`, 'content-type': 'application/json', ...headers },
  };
  const response = await api.app.inject(request);
  return { status: response.statusCode, type: response.headers['content-type'], body: JSON.parse(response.body) };
}

function codesOf(answer: { body: { errors?: { code: string }[] } }): string[] | undefined {
  return answer.body.errors?.map((error) => error.code);
}

describe('input that no honest client sends is a fault of the input', () => {
  it('in a body that is nested deeper than the stack', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const demand = await postText('/v1/demands', `{"title":"x","keywords":${deep}}`);
    expect([demand.status, codesOf(demand)]).toEqual([422, ['depth']]);
    const registration = await postText('/v1/registrations', `{"user":${deep}}`);
    expect([registration.status, codesOf(registration)]).toEqual([422, ['depth']]);
    const { id } = (await world.enterprise.post('/v1/demands', { title: 'x' })).body;
    const keyed = await postText(`/v1/demands/${id}/submit`, `{"a":${deep}}`, { 'idempotency-key': 'deep' });
    expect([keyed.status, codesOf(keyed)]).toEqual([422, ['depth']]);
  });

  it('in a number that JavaScript reads as infinite', async () => {
    const input = JSON.stringify(demandInput).replace('"value":85', '"value":1e999');
    const answer = await postText('/v1/demands', input);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe('/indicators/0/value');
  });

  it('in thousands of faults, of which the first are told', async () => {
    const keywords = Array.from({ length: 5_000 }, () => '\u0000');
    const answer = await world.enterprise.post('/v1/demands', { title: 'x', keywords });
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toHaveLength(50);
  });

  it('in an id as a URN, which PostgreSQL does not read', async () => {
    const { id } = await publishDemand(world.enterprise, world.demandBroker);
    expect((await api.anonymous.get(`/v1/demands/${id.toUpperCase()}`)).status).toBe(200);
    for (const url of [
      `/v1/demands/urn:uuid:${id}`,
      `/v1/organizations/urn:uuid:${id}`,
      `/v1/matches/urn:uuid:${id}`,
    ]) {
      expect((await world.demandBroker.get(url)).status, url).toBe(422);
    }
    const project = await world.enterprise.post('/v1/projects', {
      introductionId: `urn:uuid:${id}`,
      title: 'x',
      budgetCny: 1,
      fundingMode: 'lump_sum',
      milestones: [{ title: 'x', dueOn: '2027-01-01', acceptanceCriteria: 'x', paymentShare: 100 }],
    });
    expect(project.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual(['/introductionId']);
  });

  it('in a time that no clock shows or no calendar holds', async () => {
    for (const expiresAt of ['2027-12-31T23:59:60Z', '9999-12-31T23:59:59-23:59']) {
      const answer = await world.enterprise.post('/v1/api-keys', { name: 'x', scopes: ['read'], expiresAt });
      expect(answer.status, expiresAt).toBe(422);
    }
    const answer = await world.enterprise.post('/v1/demands', { title: 'x', validUntil: '9999-12-31T23:59:59-12:00' });
    expect(answer.status).toBe(422);
  });

  it('in an address that cannot be decoded, or is too long, told as a problem', async () => {
    for (const [url, status] of [
      ['/v1/demands/%zz', 400],
      [`/v1/demands/${'a'.repeat(300)}`, 414],
    ] as const) {
      const response = await api.app.inject({ method: 'GET', url, headers: { 'accept-language': 'en' } });
      expect(response.statusCode).toBe(status);
      expect(response.headers['content-type']).toContain('application/problem+json');
      expect(response.json()).toMatchObject({ status, code: 'BAD_REQUEST' });
    }
  });
});
