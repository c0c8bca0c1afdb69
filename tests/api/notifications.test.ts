import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { buildApp } from '../../src/app.ts';
import { newId } from '../../src/core/ids.ts';
import type { MessageType, SubjectType } from '../../src/core/messages.ts';
import { emit } from '../../src/core/outbox.ts';
import { AlreadyDone, transaction } from '../../src/core/transaction.ts';
import { createDeps } from '../../src/deps.ts';
import { NotificationStreams } from '../../src/notifications/channels/stream.ts';
import { notify, notifyTogether } from '../../src/notifications/service.ts';
import { findDelivery } from '../../workers/store.ts';
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
import { insertIntroduction, insertMatch } from '../setup/introductions.ts';

const perDay = 3;

let api: TestApi;
let world: World;

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  await deliver();
});

afterAll(() => api?.close());

/** Fulfils one delivery as a worker does: claim and notices in one transaction. */
async function fulfil(deliveryId: string): Promise<void> {
  const delivery = await findDelivery(api.deps.db, deliveryId);
  if (delivery === null) throw new Error('no such delivery');
  const ctx = api.deps.ctxFor({ kind: 'system', name: 'notify' });
  await notify({ ...ctx, deliveryId }, delivery.message, { suggestionsPerDay: perDay });
}

/** Fulfils all notify deliveries that are owed, oldest first; returns their ids. */
async function deliver(): Promise<string[]> {
  const { rows } = await api.deps.pool.query<{ id: string }>(
    "select id from deliveries where handler = 'notify' and status = 'pending' order by id",
  );
  for (const { id } of rows) await fulfil(id);
  return rows.map((row) => row.id);
}

async function tell(type: MessageType, subjectType: SubjectType, subjectId: string): Promise<string[]> {
  const system = api.deps.ctxFor({ kind: 'system', name: 'test' });
  await transaction(system, async (tx) => {
    await emit(tx, system, { type, subjectType, subjectId });
    return null;
  });
  return await deliver();
}

async function inbox(person: Person, query = 'limit=100'): Promise<Body[]> {
  const answer = await person.get(`/v1/notifications?${query}`);
  expect(answer.status).toBe(200);
  return answer.body.items;
}

/** The notices of these people about one subject. */
async function heard(subjectId: string): Promise<Record<string, string[]>> {
  const people = {
    enterprise: world.enterprise,
    university: world.university,
    demandBroker: world.demandBroker,
    demandDirector: world.demandDirector,
    resultBroker: world.resultBroker,
    provinceDirector: world.provinceDirector,
    strangerEnterprise: world.strangerEnterprise,
    strangerUniversity: world.strangerUniversity,
  };
  const heardBy: Record<string, string[]> = {};
  for (const [name, person] of Object.entries(people)) {
    const types = (await inbox(person)).filter((item) => item.subject.id === subjectId).map((item) => item.type);
    if (types.length > 0) heardBy[name] = types.reverse();
  }
  return heardBy;
}

async function publishPair(anonymous = false): Promise<{ demand: Body; result: Body }> {
  const confidentiality = { ...demandInput.confidentiality, anonymous };
  const demand = await publishDemand(world.enterprise, world.demandBroker, { ...demandInput, confidentiality });
  const result = await publishResult(world.university, world.resultBroker);
  await deliver();
  return { demand, result };
}

/** A day with a fresh quota of suggestions. */
function nextDay(): void {
  api.clock.advance({ days: 1 });
}

describe('notices', () => {
  test('of a registration go to the staff of the market, of the verification to the organization', async () => {
    const newcomer = await registerOrganization(api, 'enterprise', '640302', '利通区新企业');
    await deliver();
    await world.demandBroker.post(`/v1/organizations/${newcomer.organizationId}/verify`);
    await deliver();
    expect(await heard(newcomer.organizationId)).toEqual({
      demandBroker: ['organization.registered'],
      demandDirector: ['organization.registered'],
    });
    expect((await inbox(newcomer)).map((item) => item.type)).toEqual(['organization.verified']);
    expect((await inbox(world.demandBroker))[0]?.body).toContain('利通区新企业');
  });

  test('of a market without staff go to the nearest market above', async () => {
    await world.admin.post('/v1/markets', { name: '银川市科技大市场', regionCode: '640100' });
    const newcomer = await registerOrganization(api, 'enterprise', '640104', '兴庆区企业');
    await deliver();
    expect(await heard(newcomer.organizationId)).toEqual({ provinceDirector: ['organization.registered'] });
  });

  test('of a record follow it from submission to publication', async () => {
    const { demand, result } = await publishPair();
    expect(await heard(demand.id)).toEqual({
      enterprise: ['demand.published'],
      demandBroker: ['demand.submitted'],
      demandDirector: ['demand.submitted'],
    });
    expect(await heard(result.id)).toEqual({ university: ['result.published'], resultBroker: ['result.submitted'] });
  });

  test('of a returned record tell its owner why', async () => {
    const draft = (await world.enterprise.post('/v1/demands', demandInput)).body;
    await world.enterprise.post(`/v1/demands/${draft.id}/submit`);
    await world.demandBroker.post(`/v1/demands/${draft.id}/return`, { reason: '请补充处理量' });
    await deliver();
    const [notice] = await inbox(world.enterprise);
    expect([notice?.type, notice?.subject]).toEqual(['demand.returned', { type: 'demand', id: draft.id }]);
    expect(notice?.body).toContain('请补充处理量');
  });

  test('of a suggestion go to both owners and both brokers, and name no hidden organization', async () => {
    nextDay();
    const { demand, result } = await publishPair(true);
    const matchId = await insertMatch(api, demand, result);
    await tell('match.suggested', 'match', matchId);
    const suggested = ['match.suggested'];
    expect(await heard(matchId)).toEqual({
      enterprise: suggested,
      university: suggested,
      demandBroker: suggested,
      demandDirector: suggested,
      resultBroker: suggested,
    });
    const [notice] = await inbox(world.university);
    expect(notice).toMatchObject({ type: 'match.suggested', subject: { type: 'match', id: matchId }, readAt: null });
    expect(notice?.body).toContain(`${demandInput.title}”（${demand.code}）`);
    expect(notice?.body).toContain('得分 86');
    const { rows } = await api.deps.pool.query(
      'select params::text as params from notifications where subject_id = $1',
      [matchId],
    );
    const kept = rows.map((row) => row.params).join();
    for (const secret of ['利通区某枸杞乳业公司', world.enterprise.organizationId, '机密细节', '马工', '13900000001']) {
      expect(kept).not.toContain(secret);
    }
  });

  test('of a suggestion that was dropped, or whose record is gone, are not sent', async () => {
    nextDay();
    const { demand, result } = await publishPair();
    const dropped = await insertMatch(api, demand, result);
    await api.deps.pool.query("update matches set status = 'superseded' where id = $1", [dropped]);
    await tell('match.suggested', 'match', dropped);
    expect(await heard(dropped)).toEqual({});
    await api.deps.pool.query("update matches set status = 'suggested' where id = $1", [dropped]);
    await world.enterprise.post(`/v1/demands/${demand.id}/withdraw`);
    await tell('match.suggested', 'match', dropped);
    expect(await heard(dropped)).toEqual({});
  });

  test('of suggestions stop at the daily cap for a party, go on for its broker, and start anew the next China day', async () => {
    nextDay();
    const { demand } = await publishPair();
    const suggest = async () => {
      const result = await publishResult(world.university, world.resultBroker);
      await deliver();
      const matchId = await insertMatch(api, demand, result);
      await tell('match.suggested', 'match', matchId);
      return Object.keys(await heard(matchId));
    };
    const all = ['enterprise', 'university', 'demandBroker', 'demandDirector', 'resultBroker'];
    for (let told = 0; told < perDay; told += 1) expect(await suggest()).toEqual(all);
    expect(await suggest()).toEqual(['demandBroker', 'demandDirector', 'resultBroker']);
    // 10:00 in China; fourteen hours on it is another day there and the same day in UTC.
    api.clock.advance({ hours: 14 });
    expect(await suggest()).toEqual(all);
    api.clock.advance({ hours: 10 });
  });

  test('the last place of the day is given once, however many notices want it at the same time', async () => {
    nextDay();
    const { demand } = await publishPair();
    const system = api.deps.ctxFor({ kind: 'system', name: 'test' });
    const matchIds: string[] = [];
    for (let each = 0; each < perDay + 3; each += 1) {
      const result = await publishResult(world.university, world.resultBroker);
      await deliver();
      matchIds.push(await insertMatch(api, demand, result));
    }
    await transaction(system, async (tx) => {
      const facts = matchIds.map(
        (subjectId) => ({ type: 'match.suggested', subjectType: 'match', subjectId }) as const,
      );
      await emit(tx, system, facts);
      return null;
    });
    const { rows } = await api.deps.pool.query<{ id: string }>(
      "select id from deliveries where handler = 'notify' and status = 'pending'",
    );
    expect(rows).toHaveLength(perDay + 3);
    await Promise.all(rows.map((row) => fulfil(row.id)));
    const told = (await inbox(world.enterprise)).filter((item) => matchIds.includes(item.subject.id));
    expect(told).toHaveLength(perDay);
    const broker = (await inbox(world.demandBroker)).filter((item) => matchIds.includes(item.subject.id));
    expect(broker).toHaveLength(perDay + 3);
  });

  test('of many messages at once are those of each by itself, and the best suggestions take the last places', async () => {
    nextDay();
    const { demand } = await publishPair();
    const matchIds: string[] = [];
    for (let each = 0; each < perDay + 2; each += 1) {
      const result = await publishResult(world.university, world.resultBroker);
      await deliver();
      matchIds.push(await insertMatch(api, demand, result));
    }
    const system = api.deps.ctxFor({ kind: 'system', name: 'notify' });
    await transaction(system, async (tx) => {
      const facts: { type: MessageType; subjectType: SubjectType; subjectId: string }[] = [
        { type: 'demand.expiring', subjectType: 'demand', subjectId: demand.id },
        ...matchIds.map((subjectId) => ({ type: 'match.suggested', subjectType: 'match', subjectId }) as const),
        { type: 'match.suggested', subjectType: 'match', subjectId: newId() },
      ];
      await emit(tx, system, facts);
      return null;
    });
    const { rows } = await api.deps.pool.query<{ id: string }>(
      "select id from deliveries where handler = 'notify' and status = 'pending' order by random()",
    );
    const ids = rows.map((row) => row.id);
    const done = await notifyTogether(system, ids, { suggestionsPerDay: perDay });
    expect([...done].sort()).toEqual([...ids].sort());
    expect(await notifyTogether(system, ids, { suggestionsPerDay: perDay })).toEqual([]);
    for (const [at, matchId] of matchIds.entries()) {
      const brokers = ['demandBroker', 'demandDirector', 'resultBroker'];
      expect(Object.keys(await heard(matchId))).toEqual(
        at < perDay ? ['enterprise', 'university', ...brokers] : brokers,
      );
    }
    expect((await heard(demand.id)).enterprise).toEqual(['demand.published', 'demand.expiring']);
  });

  test('of an introduction go to whom each step concerns', async () => {
    const { demand, result } = await publishPair();
    const markets = { demandMarketId: world.demandMarket.id, resultMarketId: world.resultMarket.id };
    const id = await insertIntroduction(
      api,
      { demand, result, ...markets },
      { status: 'open', dueAt: new Date('2026-12-30T02:00:00Z') },
    );
    await tell('introduction.opened', 'introduction', id);
    expect(Object.keys(await heard(id))).toEqual(['enterprise', 'university', 'resultBroker']);
    expect((await inbox(world.enterprise))[0]?.body).toContain('请在 2026-12-30 前答复');
    await tell('introduction.escalated', 'introduction', id);
    await tell('introduction.accepted', 'introduction', id);
    expect(await heard(id)).toEqual({
      enterprise: ['introduction.opened', 'introduction.accepted'],
      university: ['introduction.opened', 'introduction.accepted'],
      demandBroker: ['introduction.accepted'],
      demandDirector: ['introduction.escalated', 'introduction.accepted'],
      resultBroker: ['introduction.opened', 'introduction.accepted'],
    });
  });

  test('of a request say nothing to the side that was not asked, not even when it lapses', async () => {
    const { demand, result } = await publishPair();
    const markets = { demandMarketId: world.demandMarket.id, resultMarketId: world.resultMarket.id };
    const id = await insertIntroduction(
      api,
      { demand, result, ...markets },
      { status: 'requested', openedAt: null, requestedBySide: 'demand' },
    );
    await tell('introduction.requested', 'introduction', id);
    await tell('introduction.lapsed', 'introduction', id);
    expect(await heard(id)).toEqual({
      enterprise: ['introduction.lapsed'],
      demandBroker: ['introduction.requested', 'introduction.lapsed'],
      demandDirector: ['introduction.requested', 'introduction.lapsed'],
    });
  });

  test('of a project go to its parties and the staff of its market', async () => {
    const { demand, result } = await publishPair();
    const markets = { demandMarketId: world.demandMarket.id, resultMarketId: world.resultMarket.id };
    const introductionId = await insertIntroduction(api, { demand, result, ...markets }, { status: 'accepted' });
    const project = (
      await world.enterprise.post('/v1/projects', {
        introductionId,
        title: '联合开发枸杞鲜奶',
        budgetCny: 1,
        fundingMode: 'itemised',
        milestones: [{ title: '小试', dueOn: '2027-01-31', acceptanceCriteria: '合格', paymentShare: 100 }],
      })
    ).body;
    await deliver();
    expect(Object.keys(await heard(project.id))).toEqual([
      'enterprise',
      'university',
      'demandBroker',
      'demandDirector',
    ]);
    const [notice] = await inbox(world.university);
    expect(notice?.body).toBe(`项目“联合开发枸杞鲜奶”（${project.code}）已立项，正在组建。`);
  });
});

describe('one delivery', () => {
  test('is fulfilled once, however often it is run', async () => {
    const { demand } = await publishPair();
    const [deliveryId] = await tell('demand.expiring', 'demand', demand.id);
    await expect(fulfil(deliveryId ?? '')).rejects.toBeInstanceOf(AlreadyDone);
    await tell('demand.expired', 'demand', demand.id);
    expect((await heard(demand.id)).enterprise).toEqual(['demand.published', 'demand.expiring', 'demand.expired']);
  });

  test('that is run twice at once makes one notice', async () => {
    const { demand } = await publishPair();
    const system = api.deps.ctxFor({ kind: 'system', name: 'test' });
    await transaction(system, async (tx) => {
      await emit(tx, system, { type: 'demand.expiring', subjectType: 'demand', subjectId: demand.id });
      return null;
    });
    const { rows } = await api.deps.pool.query<{ id: string }>(
      "select id from deliveries where handler = 'notify' and status = 'pending'",
    );
    const runs = await Promise.allSettled([fulfil(rows[0]?.id ?? ''), fulfil(rows[0]?.id ?? '')]);
    expect(runs.map((run) => run.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await heard(demand.id)).enterprise).toEqual(['demand.published', 'demand.expiring']);
  });

  test('about a subject that is gone is done without a notice', async () => {
    const [deliveryId] = await tell('match.suggested', 'match', world.enterprise.organizationId);
    const delivery = await findDelivery(api.deps.db, deliveryId ?? '');
    expect(delivery?.status).toBe('done');
    expect((await heard(world.enterprise.organizationId)).enterprise).not.toContain('match.suggested');
  });
});

describe('the inbox', () => {
  test('is paged, newest first, and filtered by type and by what is read', async () => {
    const all = await inbox(world.demandBroker);
    const first = (await world.demandBroker.get('/v1/notifications?limit=2')).body;
    const second = (await world.demandBroker.get(`/v1/notifications?limit=2&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map((item: Body) => item.id)).toEqual(
      all.slice(0, 4).map((item) => item.id),
    );
    const registered = await inbox(world.demandBroker, 'limit=100&type=organization.registered');
    expect(registered.length).toBeGreaterThan(0);
    expect(new Set(registered.map((item) => item.type))).toEqual(new Set(['organization.registered']));
    await world.demandBroker.post(`/v1/notifications/${all[1]?.id}/read`);
    expect((await inbox(world.demandBroker, 'unread=false')).map((item) => item.id)).toEqual([all[1]?.id]);
    expect((await inbox(world.demandBroker, 'unread=true')).map((item) => item.id)).not.toContain(all[1]?.id);
    expect((await world.demandBroker.get('/v1/notifications?unread=maybe')).status).toBe(422);
  });

  test('counts what is unread and marks it up to a notice', async () => {
    const all = await inbox(world.university);
    const unread = async () => (await world.university.get('/v1/notifications/summary')).body.unread;
    expect(await unread()).toBe(all.length);
    const answer = await world.university.post('/v1/notifications/read', { upToId: all[2]?.id });
    expect([answer.status, answer.body]).toEqual([200, { unread: 2 }]);
    expect(await unread()).toBe(2);
    const one = await world.university.post(`/v1/notifications/${all[0]?.id}/read`);
    expect(one.body.readAt).toBe(api.clock.now().toISOString());
    api.clock.advance({ minutes: 5 });
    const again = await world.university.post(`/v1/notifications/${all[0]?.id}/read`);
    expect(again.body.readAt).toBe(one.body.readAt);
    expect(await unread()).toBe(1);
  });

  test("is nobody else's: another's notice is an unknown one", async () => {
    const [own] = await inbox(world.enterprise);
    for (const other of [world.demandBroker, world.provinceDirector, world.admin, world.strangerEnterprise]) {
      expect((await inbox(other)).map((item) => item.id)).not.toContain(own?.id);
      expect((await other.post(`/v1/notifications/${own?.id}/read`)).status).toBe(404);
      expect((await other.post('/v1/notifications/read', { upToId: own?.id })).status).toBe(404);
    }
    expect((await inbox(world.enterprise))[0]?.readAt).toBeNull();
    expect((await api.anonymous.get('/v1/notifications')).status).toBe(401);
    expect((await api.anonymous.get('/v1/notifications/summary')).status).toBe(401);
  });

  test("speaks the language of Accept-Language, else the reader's own", async () => {
    const first = async (language?: string) =>
      (
        await world.enterprise.get(
          '/v1/notifications?limit=1&type=demand.published',
          language ? { 'accept-language': language } : {},
        )
      ).body.items[0].title;
    expect(await first()).toBe('需求已发布');
    expect(await first('en')).toBe('Your demand is published');
    await api.deps.pool.query("update users set locale = 'en' where id = $1", [world.enterprise.userId]);
    expect(await first()).toBe('Your demand is published');
    expect(await first('*')).toBe('Your demand is published');
    expect(await first('zh-CN')).toBe('需求已发布');
  });
});

describe('the stream', () => {
  test('sends new notices of its reader alone, catches up after a break, and ends with the server', async () => {
    const other = await startApi();
    try {
      const reader = await registerOrganization(other, 'enterprise', '640302', '流企业');
      const address = await other.app.listen({ port: 0, host: '127.0.0.1' });
      const open = (headers: Record<string, string> = {}) =>
        fetch(`${address}/v1/notifications/stream`, {
          headers: { authorization: `Bearer ${reader.token}`, ...headers },
        });
      const stream = await open();
      expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      const events = eventsOf(stream);
      const stranger = await registerOrganization(other, 'enterprise', '640302', '陌生企业');
      const ctx = other.deps.ctxFor({ kind: 'system', name: 'test' });
      for (const { organizationId } of [stranger, reader]) {
        const message = { id: newId(), xid: '0', type: 'organization.verified', actorOrganizationId: null } as const;
        await notify(
          ctx,
          { ...message, subjectType: 'organization', subjectId: organizationId },
          { suggestionsPerDay: 1 },
        );
      }
      const event = await events.next();
      expect(event.value).toMatchObject({ type: 'organization.verified', subject: { id: reader.organizationId } });

      const message = { id: newId(), xid: '0', type: 'organization.reinstated', actorOrganizationId: null } as const;
      const fact = { ...message, subjectType: 'organization', subjectId: reader.organizationId } as const;
      await notify(ctx, fact, { suggestionsPerDay: 1 });
      const missed = eventsOf(await open({ 'last-event-id': event.value.id }));
      expect((await missed.next()).value.type).toBe('organization.reinstated');
      expect((await events.next()).value.type).toBe('organization.reinstated');
      await other.app.close();
      expect((await events.next()).done).toBe(true);
      expect((await missed.next()).done).toBe(true);
    } finally {
      await other.close();
    }
  });

  test('goes on after a break with all that came, each once and in one order, in whichever process', async () => {
    const first = await startApi();
    const deps = await createDeps(first.deps.config, { log: first.deps.log, clock: first.clock });
    const second = await buildApp(deps);
    try {
      const reader = await registerOrganization(first, 'enterprise', '640302', '流企业');
      const addresses = [
        await first.app.listen({ port: 0, host: '127.0.0.1' }),
        await second.listen({ port: 0, host: '127.0.0.1' }),
      ];
      const pool = first.deps.pool;
      const open = async (at: number, lastEventId?: string) => {
        const abort = new AbortController();
        const headers = {
          authorization: `Bearer ${reader.token}`,
          ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
        };
        const response = await fetch(`${addresses[at]}/v1/notifications/stream`, { headers, signal: abort.signal });
        return { events: eventsOf(response), abort };
      };
      const take = async (stream: { events: AsyncGenerator<Body> }, count: number) => {
        const ids: string[] = [];
        while (ids.length < count) ids.push((await stream.events.next()).value.id);
        return ids;
      };

      const before = await open(0);
      // Two transactions that end in the other order than that in which their notices' ids were made.
      const [slow, fast] = [await pool.connect(), await pool.connect()];
      await slow.query('begin');
      const slowIds = await insertNotices(slow, reader, 1);
      const fastIds = await insertNotices(fast, reader, 1);
      await slow.query('commit');
      slow.release();
      fast.release();
      expect(await take(before, 2)).toEqual([...slowIds, ...fastIds]);
      before.abort.abort();

      const missed = await insertNotices(pool, reader, 1_700);
      const after = await open(1, fastIds[0]);
      expect(await take(after, missed.length)).toEqual(missed);
      const live = await insertNotices(pool, reader, 1);
      expect(await take(after, 1)).toEqual(live);
      after.abort.abort();

      // One that has all of it gets what is new and nothing else; an id of nobody's is a new beginning.
      const again = await open(0, live[0]);
      const anew = await open(1, newId());
      const last = await insertNotices(pool, reader, 3);
      expect(await take(again, 3)).toEqual(last);
      expect(await take(anew, 3)).toEqual(last);
    } finally {
      await second.close();
      await deps.close();
      await first.close();
    }
  });

  test('sends a reader who does not take it no more than there is room for, and lets go of one who takes nothing', async () => {
    const other = await startApi();
    try {
      const reader = await registerOrganization(other, 'enterprise', '640302', '流企业');
      const [first] = await insertNotices(other.deps.pool, reader, 1);
      const missed = await insertNotices(other.deps.pool, reader, 2_500);
      const { db, log } = other.deps;
      const streams = new NotificationStreams({ db, log, clock: other.clock });
      const slow = slowResponse();
      const position = await streams.positionFor(reader.userId, first ?? '');
      streams.open({ userId: reader.userId, locale: 'en', position }, slow);
      // What another test's transaction holds back comes a look later.
      const untilFull = () =>
        vi.waitFor(async () => {
          await streams.poll();
          expect(slow.writableLength).toBeGreaterThan(60_000);
        }, 10_000);
      await untilFull();
      expect(slow.writableLength).toBeLessThan(70_000);
      const taken: string[] = [];
      while (taken.length < missed.length) {
        const got = slow.take();
        expect(got.length).toBeGreaterThan(0);
        taken.push(...got);
        await streams.poll();
      }
      expect(taken).toEqual(missed);

      await insertNotices(other.deps.pool, reader, 2_500);
      await untilFull();
      other.clock.advance({ minutes: 1 });
      await streams.poll();
      expect(slow.destroyed).toBe(true);
      streams.close();
    } finally {
      await other.close();
    }
  });

  test('is for those who are signed in', async () => {
    expect((await api.app.inject({ url: '/v1/notifications/stream' })).statusCode).toBe(401);
    expect((await api.app.inject({ method: 'HEAD', url: '/v1/notifications/stream' })).statusCode).toBe(405);
  });
});

/** Notices of this person, in one statement. @returns their ids in order */
async function insertNotices(
  db: { query(text: string, values: unknown[]): Promise<unknown> },
  person: Person,
  count: number,
): Promise<string[]> {
  const ids = Array.from({ length: count }, newId);
  await db.query(
    `insert into notifications (id, message_id, user_id, organization_id, type, subject_type, subject_id, params, created_at)
     select id, id, $2, $3, 'organization.verified', 'organization', $3, '{"organizationName": "流企业"}', now() from unnest($1::uuid[]) as id`,
    [ids, person.userId, person.organizationId],
  );
  return ids;
}

/** A connection whose reader takes only what is asked for. */
function slowResponse() {
  const unread: string[] = [];
  return {
    writableLength: 0,
    destroyed: false,
    write(text: string) {
      unread.push(text);
      this.writableLength += Buffer.byteLength(text);
      return false;
    },
    end() {
      return this as never;
    },
    destroy() {
      this.destroyed = true;
      return this as never;
    },
    /** The ids of the events that were waiting. */
    take(): string[] {
      this.writableLength = 0;
      return unread.splice(0).flatMap((text) => /^id: (.*)$/m.exec(text)?.[1] ?? []);
    },
  };
}

/** The notices in a stream of events, until it ends. */
async function* eventsOf(response: Response): AsyncGenerator<Body> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (data !== undefined) yield JSON.parse(data.slice(6));
    }
  }
}
