import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { previewMatches, sweepPreviews } from '../../src/matches/service.ts';
import { workerParts } from '../../workers/parts.ts';
import { createMatchIndex } from '../../workers/readers/match-index.ts';
import { startWorkers, type Workers } from '../../workers/start-workers.ts';
import {
  type Body,
  type Caller,
  createWorld,
  demandInput,
  publishDemand,
  publishResult,
  registerOrganization,
  resultInput,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { type Matching, nextTopic, startMatching, type Topic } from '../setup/matching.ts';
import { countWrites, rolledBack, settingsOf } from '../setup/rows.ts';

const notInDrafts = new Set([
  ...['budget', 'price', 'contact', 'confidentiality', 'preferredPartners', 'decisionOwner', 'neededBy', 'validUntil'],
  ...['activityType', 'source', 'ipr', 'owners', 'inventors', 'completedOn', 'fundingSource', 'awards'],
  ...['evaluationForm', 'registration'],
]);

/** A topic's record as a draft, with what else is asked. */
function draftOf(side: 'demand' | 'result', record: Record<string, unknown>, more: object = {}): object {
  const fields = Object.entries(record).filter(([name]) => !notInDrafts.has(name));
  return { side, ...Object.fromEntries(fields), ...more };
}

async function preview(caller: Caller, body: object): Promise<Body> {
  const answer = await caller.post('/v1/match-previews', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

/** Tables with a row that holds the text, whoever may see it. */
async function tablesWith(api: TestApi, text: string): Promise<string[]> {
  const { rows: tables } = await api.deps.pool.query<{ name: string }>(
    `select format('%I.%I', table_schema, table_name) as name from information_schema.tables
     where table_schema in ('public', 'bullmq') and table_type = 'BASE TABLE' order by 1`,
  );
  const holding: string[] = [];
  for (const { name } of tables) {
    const { rowCount } = await rolledBack(api.deps.pool, settingsOf({ actor: 'system:sweep-previews' }), (client) =>
      client.query(`select 1 from ${name} t where t::text like $1 limit 1`, [`%${text}%`]),
    );
    if (rowCount) holding.push(name.replace('public.', ''));
  }
  return holding;
}

describe('a preview', () => {
  let api: TestApi;
  let world: World;
  let matching: Matching;
  let topic: Topic;
  let result: Body;
  let demand: Body;

  beforeAll(async () => {
    api = await startApi({ PREVIEW_LIMIT_PER_MINUTE: '1000' }, { withIndex: true });
    world = await createWorld(api);
    matching = startMatching(api);
    topic = nextTopic();
    result = await publishResult(world.university, world.resultBroker, topic.result);
    demand = await publishDemand(world.enterprise, world.demandBroker, {
      ...nextTopic().demand,
      confidentiality: { anonymous: true, detail: 'Qzdetail' },
    });
    for (let more = 0; more < 3; more += 1) {
      await publishResult(world.university, world.resultBroker, nextTopic().result);
    }
    await caughtUp();
  });
  afterAll(async () => {
    await matching.stop();
    await api.close();
  });

  /** The application's index has read all that is published. */
  async function caughtUp(): Promise<void> {
    const { rows } = await api.deps.pool.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
    await api.matchIndex?.waitUntil(rows[0]?.xid ?? '0', 50_000);
  }

  it('shows an enterprise the results that its draft would match, with the reasons in both languages', async () => {
    const { side, matches, modelVersion } = await preview(world.enterprise, draftOf('demand', topic.demand));
    expect(side).toBe('demand');
    expect(modelVersion).toMatch(/^\S+-\d+$/);
    expect(matches[0].record).toEqual({ id: result.id, code: result.code, title: result.title });
    expect(matches[0].explanation.zh).not.toBe('');
    expect(matches[0].explanation.en).not.toBe('');
    const points = matches[0].contributions.reduce((sum: number, each: Body) => sum + each.points, 0);
    expect(points).toBeCloseTo(matches[0].score, 1);
  });

  it('says the score that the record then gets', async () => {
    const fresh = nextTopic();
    const offered = await publishResult(world.university, world.resultBroker, fresh.result);
    await caughtUp();
    const { matches } = await preview(world.enterprise, draftOf('demand', fresh.demand));
    const foretold = matches.find((match: Body) => match.record.id === offered.id);
    const { side: _side, ...asRecord } = draftOf('demand', fresh.demand) as { side: string };
    const published = await publishDemand(world.enterprise, world.demandBroker, asRecord);
    await matching.refresh('demand', published.id);
    const list = await world.enterprise.get(`/v1/demands/${published.id}/matches`);
    const stored = list.body.items.find((match: Body) => match.result.id === offered.id);
    expect(foretold.score).toBeGreaterThan(20);
    expect(stored.score).toBeCloseTo(foretold.score, 6);
    expect(stored.explanation).toEqual(foretold.explanation);
  });

  it('writes no row anywhere: no record, message, audit entry or kept answer', async () => {
    const before = await countWrites(api);
    await preview(world.enterprise, { side: 'demand', title: 'Qzdraft 高纯铟', problem: 'Qzdraft 膜电解' });
    expect(await countWrites(api)).toEqual(before);
    expect(await tablesWith(api, 'Qzdraft')).toEqual([]);
  });

  it('is not kept under an Idempotency-Key: the same key serves another draft', async () => {
    const key = { 'idempotency-key': 'one-for-all' };
    for (const title of ['高纯铟', '枸杞多糖']) {
      const answer = await world.enterprise.post('/v1/match-previews', { side: 'demand', title }, key);
      expect(answer.status).toBe(200);
    }
  });

  it('shows a university the demands that its draft would answer, and of an anonymous one no name', async () => {
    const draft = { side: 'result', title: demand.title, summary: demand.summary, keywords: demand.keywords };
    const body = await preview(world.university, draft);
    expect(body.matches[0].record.id).toBe(demand.id);
    const text = JSON.stringify(body);
    expect(text).not.toContain(world.enterprise.organizationId);
    expect(text).not.toContain('枸杞乳业公司');
    expect(text).not.toContain('Qzdetail');
  });

  it('names what stands in the way of a near miss', async () => {
    const missing = { ...topic.result, cooperationModes: ['consulting'] };
    const near = await publishResult(world.university, world.resultBroker, missing);
    await caughtUp();
    const draft = draftOf('demand', topic.demand, { cooperationModes: ['equity'], limit: 50 });
    const { nearMisses } = await preview(world.enterprise, draft);
    const found = nearMisses.find((match: Body) => match.record.id === near.id);
    expect(found.nearMiss).toMatchObject({ gate: 'COOPERATION_MODE_DISJOINT' });
  });

  it('tells amounts of one band apart in nothing', async () => {
    const answers = await Promise.all(
      [510_000, 990_000].map((maxCny) =>
        preview(world.enterprise, draftOf('demand', topic.demand, { budget: { maxCny, negotiable: false } })),
      ),
    );
    expect(answers[0]).toEqual(answers[1]);
  });

  it('keeps to the limit', async () => {
    const { matches } = await preview(world.enterprise, draftOf('demand', topic.demand, { limit: 1 }));
    expect(matches).toHaveLength(1);
  });

  it('leaves out what is public no more, and what its own organization offers', async () => {
    const gone = nextTopic();
    const offered = await publishResult(world.university, world.resultBroker, gone.result);
    await world.university.post(`/v1/results/${offered.id}/withdraw`);
    const body = await preview(world.demandBroker, draftOf('demand', gone.demand, { limit: 50 }));
    expect(JSON.stringify(body)).not.toContain(offered.id);
  });

  it('is for verified organizations on their own side, and for brokers on both', async () => {
    const pending = await registerOrganization(api, 'enterprise', '640302', '未审核企业');
    const suspended = await registerOrganization(api, 'enterprise', '640302', '已暂停企业');
    await world.demandBroker.post(`/v1/organizations/${suspended.organizationId}/verify`);
    await world.demandBroker.post(`/v1/organizations/${suspended.organizationId}/suspend`, { reason: '材料核查' });
    const asked: [Caller, 'demand' | 'result', number][] = [
      [api.anonymous, 'demand', 401],
      [pending, 'demand', 403],
      [suspended, 'demand', 403],
      [world.admin, 'demand', 403],
      [world.university, 'demand', 403],
      [world.enterprise, 'result', 403],
      [world.demandBroker, 'demand', 200],
      [world.demandBroker, 'result', 200],
      [world.provinceDirector, 'result', 200],
    ];
    for (const [caller, side, status] of asked) {
      const answer = await caller.post('/v1/match-previews', { side, title: '高纯铟' });
      expect([side, answer.status]).toEqual([side, status]);
    }
  });

  it.each([
    [{}, '/side'],
    [{ side: 'campaign', title: '高纯铟' }, '/side'],
    [{ side: 'demand' }, '/title'],
    [{ side: 'demand', title: ' … ', keywords: ['、'] }, '/title'],
    [{ side: 'demand', title: '高纯铟', trl: 6 }, '/trl'],
    [{ side: 'result', title: '高纯铟', targetTrl: 6 }, '/targetTrl'],
    [{ side: 'demand', title: '高纯铟', contact: { name: '周工' } }, '/contact'],
    [{ side: 'demand', title: '高纯铟', targetTrl: 12 }, '/targetTrl'],
    [{ side: 'demand', title: '高纯铟', technologyFields: ['299'] }, '/technologyFields/0'],
    [{ side: 'demand', title: '高纯铟', regionCode: '999999' }, '/regionCode'],
    [{ side: 'demand', title: '高纯铟', indicators: [{ name: '纯度', comparator: '>=' }] }, '/indicators/0'],
    [{ side: 'demand', title: '高纯铟', budget: { minCny: 2, maxCny: 1 } }, '/budget'],
    [{ side: 'demand', title: '高纯铟', limit: 0 }, '/limit'],
  ])('refuses %j at %s', async (body, pointer) => {
    const answer = await world.demandBroker.post('/v1/match-previews', body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map((fault: Body) => fault.pointer)).toEqual([pointer]);
  });

  it('says 503 with Retry-After while the index is not built', async () => {
    const { index } = createMatchIndex(api.deps);
    const ctx = api.deps.ctxFor(await actorOf(world.enterprise));
    await expect(
      previewMatches(ctx, { side: 'demand', title: '高纯铟' }, { index, patienceMs: 20 }),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterSeconds: 1 } });
  });
});

/** The actor that the application makes of a caller's token. */
async function actorOf(caller: Caller): Promise<Body> {
  const { body } = await caller.get('/v1/me');
  return {
    kind: 'user',
    userId: body.id,
    administrator: false,
    emailVerified: true,
    locale: 'zh-CN',
    organizationId: body.organization.id,
    organizationKind: body.organization.kind,
    organizationStatus: body.organization.status,
    role: body.role,
    marketIds: [],
    scopes: null,
  };
}

describe('the limit of previews', () => {
  it('is a person’s own, and lower than that of other requests', async () => {
    const api = await startApi({ PREVIEW_LIMIT_PER_MINUTE: '2' }, { withIndex: true });
    try {
      const world = await createWorld(api);
      await api.matchIndex?.waitUntil('0', 50_000);
      const ask = (caller: Caller) => caller.post('/v1/match-previews', { side: 'demand', title: '高纯铟' });
      expect((await ask(world.enterprise)).status).toBe(200);
      expect((await ask(world.enterprise)).status).toBe(200);
      const refused = await ask(world.enterprise);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await ask(world.strangerEnterprise)).status).toBe(200);
      expect((await world.enterprise.get('/v1/me')).status).toBe(200);
    } finally {
      await api.close();
    }
  });
});

describe('a preview in a process without an index', () => {
  let api: TestApi;
  let world: World;
  let workers: Workers | null = null;

  beforeEach(async () => {
    api = await startApi();
    world = await createWorld(api);
  });
  afterEach(async () => {
    await workers?.close();
    workers = null;
    await api.close();
  });

  async function work(): Promise<void> {
    await api.deps.searchIndex.ensureIndexes();
    const parts = workerParts(api.deps);
    workers = startWorkers(api.deps, parts);
    await workers.ready;
    await parts.matchIndex.waitUntil('0', 50_000);
  }

  it('comes from a worker, and leaves nothing of the draft behind', async () => {
    const result = await publishResult(world.university, world.resultBroker, resultInput);
    await work();
    const draft = draftOf('demand', demandInput, { summary: `${demandInput.summary} Qzdraft` });
    const { matches } = await preview(world.enterprise, draft);
    expect(matches[0].record.id).toBe(result.id);
    expect(await tablesWith(api, 'Qzdraft')).toEqual([]);
  });

  it('goes through the queue as an id: the draft is in one table, which others do not see, until it is given up', async () => {
    const ctx = api.deps.ctxFor(await actorOf(world.enterprise));
    const asking = previewMatches(ctx, { side: 'demand', title: 'Qzdraft 高纯铟' }, { index: null, patienceMs: 1_500 });
    const refused = expect(asking).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { retryAfterSeconds: 5 } });
    await expect.poll(() => tablesWith(api, 'Qzdraft')).toEqual(['match_previews']);
    const { rows } = await api.deps.pool.query('select * from match_previews');
    expect(rows).toEqual([]);
    await refused;
    expect(await tablesWith(api, 'Qzdraft')).toEqual([]);
  });

  it('that was given up is no error for the worker that comes too late', async () => {
    const ctx = api.deps.ctxFor(await actorOf(world.enterprise));
    const asking = previewMatches(ctx, { side: 'demand', title: '高纯铟' }, { index: null, patienceMs: 1 });
    await expect(asking).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await work();
    await expect
      .poll(
        async () => {
          const owed = `select d.status, d.attempts from deliveries d join messages m on m.id = d.message_id
          where m.type = 'match_preview.requested'`;
          return (await api.deps.pool.query(owed)).rows;
        },
        { timeout: 15_000 },
      )
      .toEqual([{ status: 'done', attempts: 0 }]);
  });

  it('whose process died is swept away after three minutes, and not before', async () => {
    const { db } = api.deps;
    const ctx = api.deps.ctxFor(await actorOf(world.enterprise));
    // The process dies right after it has asked.
    const dying = Object.assign(Object.create(db) as typeof db, {
      transaction: async (...args: Parameters<typeof db.transaction>) => {
        const answer = await db.transaction(...args);
        if (args[1]?.accessMode === 'read only') return answer;
        throw new Error('killed');
      },
    });
    const draft = { side: 'demand', title: 'Qzdraft' } as const;
    await expect(previewMatches({ ...ctx, db: dying }, draft, { index: null, patienceMs: 5_000 })).rejects.toThrow();
    const sweeper = api.deps.ctxFor({ kind: 'system', name: 'sweep-previews' });
    api.clock.advance({ minutes: 2 });
    expect(await sweepPreviews(sweeper)).toBe(0);
    api.clock.advance({ minutes: 2 });
    expect(await sweepPreviews(sweeper)).toBe(1);
    expect(await tablesWith(api, 'Qzdraft')).toEqual([]);
  });
});
