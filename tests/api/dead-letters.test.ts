import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newId } from '../../src/core/ids.ts';
import {
  type Body,
  type Caller,
  createWorld,
  demandInput,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { insertDeadLetter } from '../setup/dead-letters.ts';
import { insertMatch } from '../setup/introductions.ts';
import { auditOf, countWrites } from '../setup/rows.ts';

let api: TestApi;
let world: World;
let demand: Body;
let result: Body;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  demand = (await world.enterprise.post('/v1/demands', demandInput)).body;
  result = (await world.university.post('/v1/results', resultInput)).body;
});
afterAll(() => api?.close());
beforeEach(async () => {
  await api.deps.pool.query("delete from deliveries where status = 'dead'");
});

async function seenBy(caller: Caller, query = ''): Promise<string[]> {
  const answer = await caller.get(`/v1/dead-letters${query}`);
  expect(answer.status).toBe(200);
  return answer.body.items.map((item: Body) => item.id);
}

async function statusOf(id: string): Promise<unknown> {
  const { rows } = await api.deps.pool.query('select status, attempts from deliveries where id = $1', [id]);
  return rows[0];
}

describe('dead letters', () => {
  test('are seen by the staff of the markets of their subject or recipient and above, and by the administrator', async () => {
    const ofDemand = await insertDeadLetter(api, { handler: 'notify', subjectId: demand.id });
    const ofResult = await insertDeadLetter(api, {
      handler: 'refresh-matches',
      subjectType: 'result',
      type: 'result.changed',
      subjectId: result.id,
    });
    const ofMatch = await insertDeadLetter(api, {
      handler: 'notify',
      subjectType: 'match',
      type: 'match.suggested',
      subjectId: await insertMatch(api, demand, result),
    });
    const ofMarket = await insertDeadLetter(api, {
      handler: 'rehome-records',
      subjectType: 'organization',
      type: 'market.created',
      subjectId: world.resultMarket.id,
    });
    const ofPerson = await insertDeadLetter(api, {
      handler: 'send-email',
      subjectType: 'user',
      type: 'user.password_reset_requested',
      subjectId: world.university.userId,
    });
    const noticeId = newId();
    await api.deps.pool.query(
      `insert into notifications (id, message_id, user_id, organization_id, type, subject_type, subject_id, params, created_at)
       values ($1, $1, $2, $3, 'demand.expiring', 'demand', $4, '{}', now())`,
      [noticeId, world.university.userId, world.university.organizationId, demand.id],
    );
    const toRecipient = await insertDeadLetter(api, {
      handler: 'notify',
      subjectId: demand.id,
      targetId: noticeId,
    });
    const ofNobody = await insertDeadLetter(api, {
      handler: 'notify',
      subjectType: 'saved_search',
      type: 'search.matched',
      subjectId: newId(),
    });

    const ofDemandMarket = [toRecipient, ofMatch, ofDemand];
    expect(await seenBy(world.demandBroker)).toEqual(ofDemandMarket);
    expect(await seenBy(world.demandDirector)).toEqual(ofDemandMarket);
    expect(await seenBy(world.provinceDirector)).toEqual(ofDemandMarket);
    expect(await seenBy(world.resultBroker)).toEqual([toRecipient, ofPerson, ofMarket, ofMatch, ofResult]);
    const all = [ofNobody, toRecipient, ofPerson, ofMarket, ofMatch, ofResult, ofDemand];
    expect(await seenBy(world.admin)).toEqual(all);
    expect(await seenBy(world.admin, '?channel=matching')).toEqual([ofResult]);
    expect(await seenBy(world.admin, '?channel=mail&handler=send-email')).toEqual([ofPerson]);
    expect(await seenBy(world.admin, '?channel=mail&handler=notify')).toEqual([]);
    expect(await seenBy(world.admin, `?handler=notify&subject=${demand.id}`)).toEqual([toRecipient, ofDemand]);
    const first = (await world.admin.get('/v1/dead-letters?limit=4')).body;
    expect([
      ...first.items.map((item: Body) => item.id),
      ...(await seenBy(world.admin, `?cursor=${first.nextCursor}`)),
    ]).toEqual(all);
    for (const stranger of [world.enterprise, world.university]) {
      expect((await stranger.get('/v1/dead-letters')).status).toBe(404);
      expect((await stranger.get(`/v1/dead-letters/${ofDemand}`)).status).toBe(404);
    }
    expect((await world.resultBroker.get(`/v1/dead-letters/${ofDemand}`)).status).toBe(404);
    expect((await world.admin.get('/v1/dead-letters?channel=pigeon')).status).toBe(422);
  });

  test('tell what did not arrive and why, and nothing that somebody wrote', async () => {
    const lastError = '550 refused "机密细节：配方编号甲" for ma@dairy.example';
    const id = await insertDeadLetter(api, { handler: 'notify', subjectId: demand.id, lastError });
    expect((await world.demandBroker.get(`/v1/dead-letters/${id}`)).body).toMatchObject({
      id,
      channel: 'inbox',
      handler: 'notify',
      status: 'dead',
      message: { type: 'demand.expiring' },
      subject: { type: 'demand', id: demand.id },
      target: null,
      attempts: 10,
      lastError: '550 refused "…" for …@…',
    });
  });

  test('are tried again from the beginning when somebody says so, once', async () => {
    const id = await insertDeadLetter(api, { handler: 'notify', subjectId: demand.id });
    const answer = await world.demandBroker.post(`/v1/dead-letters/${id}/retry`);
    expect([answer.status, answer.body]).toMatchObject([200, { id, status: 'pending', attempts: 0 }]);
    expect(await statusOf(id)).toEqual({ status: 'pending', attempts: 0 });
    expect(await auditOf(api, id)).toEqual(['delivery.retry']);
    expect((await world.demandBroker.post(`/v1/dead-letters/${id}/retry`)).status).toBe(404);
    const audit = (await world.demandBroker.get(`/v1/audit?subject=${id}`)).body.items;
    expect(audit).toMatchObject([
      {
        action: 'delivery.retry',
        fromStatus: 'dead',
        toStatus: 'pending',
        details: { handler: 'notify', messageType: 'demand.expiring', aboutId: demand.id },
      },
    ]);
    expect((await world.resultBroker.get(`/v1/audit?subject=${id}`)).status).toBe(404);
  });

  test('are given up for good with a reason', async () => {
    const id = await insertDeadLetter(api, { handler: 'notify', subjectId: demand.id });
    expect((await world.demandDirector.post(`/v1/dead-letters/${id}/discard`, {})).status).toBe(422);
    expect(
      (await world.demandDirector.post(`/v1/dead-letters/${id}/discard`, { reason: '马工 13900000001' })).status,
    ).toBe(422);
    const answer = await world.demandDirector.post(`/v1/dead-letters/${id}/discard`, { reason: 'told_otherwise' });
    expect([answer.status, answer.body]).toMatchObject([200, { id, status: 'discarded', attempts: 10 }]);
    expect(await statusOf(id)).toEqual({ status: 'discarded', attempts: 10 });
    const [entry] = (await world.admin.get(`/v1/audit?subject=${id}`)).body.items;
    expect(entry).toMatchObject({ action: 'delivery.discard', details: { reason: 'told_otherwise' } });
    for (const step of ['retry', 'discard']) {
      expect((await world.admin.post(`/v1/dead-letters/${id}/${step}`, { reason: 'obsolete' })).status).toBe(
        step === 'retry' ? 422 : 404,
      );
    }
    expect(await seenBy(world.admin)).toEqual([]);
  });

  test('that two decide about at once are decided about once', async () => {
    const id = await insertDeadLetter(api, { handler: 'notify', subjectId: demand.id });
    const answers = await Promise.all([
      world.demandBroker.post(`/v1/dead-letters/${id}/retry`),
      world.demandDirector.post(`/v1/dead-letters/${id}/discard`, { reason: 'obsolete' }),
    ]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 404]);
    expect(await auditOf(api, id)).toHaveLength(1);
  });

  test('are not touched by those who do not see them', async () => {
    const id = await insertDeadLetter(api, { handler: 'notify', subjectId: demand.id });
    const before = await countWrites(api);
    for (const stranger of [world.enterprise, world.resultBroker, world.strangerEnterprise]) {
      expect((await stranger.post(`/v1/dead-letters/${id}/retry`)).status).toBe(404);
      expect((await stranger.post(`/v1/dead-letters/${id}/discard`, { reason: 'obsolete' })).status).toBe(404);
    }
    expect(await countWrites(api)).toEqual(before);
    expect(await statusOf(id)).toEqual({ status: 'dead', attempts: 10 });
  });
});
