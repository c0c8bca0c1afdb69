import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failStrandedJobs } from '../../src/jobs/service.ts';
import { type MatchIndex, recordsAtOnce } from '../../src/matches/service.ts';
import { createOutgoing } from '../../src/webhooks/service.ts';
import { createMatchIndex } from '../../workers/readers/match-index.ts';
import { createRegistry } from '../../workers/registry.ts';
import { type Outcome, runDelivery } from '../../workers/run-job.ts';
import {
  addMember,
  type Body,
  type Caller,
  createWorld,
  publishDemand,
  publishResult,
  startApi,
  type TestApi,
  type World,
} from '../setup/api.ts';
import { nextTopic } from '../setup/matching.ts';
import { auditOf, countWrites, messagesAbout } from '../setup/rows.ts';

/** More than a batch of each side. */
const pairs = recordsAtOnce + 2;

let api: TestApi;
let world: World;
let index: MatchIndex;
let reader: ReturnType<typeof createMatchIndex>['reader'];

beforeAll(async () => {
  api = await startApi();
  world = await createWorld(api);
  for (let made = 0; made < pairs; made += 1) {
    const topic = nextTopic();
    await publishDemand(world.enterprise, world.demandBroker, topic.demand);
    await publishResult(world.university, world.resultBroker, topic.result);
  }
  ({ index, reader } = createMatchIndex(api.deps));
  reader.start();
  const { rows } = await api.deps.pool.query<{ xid: string }>('select pg_current_xact_id()::text as xid');
  await index.waitUntil(rows[0]?.xid ?? '0', 50_000);
});
afterAll(async () => {
  await reader.stop();
  await api.close();
});

async function request(caller: Caller, body: object = {}): Promise<Body> {
  const answer = await caller.post('/v1/match-refreshes', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(202);
  expect(answer.headers.location).toBe(`/v1/jobs/${answer.body.id}`);
  return answer.body;
}

/** The delivery that a job waits for. */
async function owedBy(jobId: string): Promise<string | undefined> {
  const { rows } = await api.deps.pool.query<{ id: string }>(
    `select d.id from deliveries d join messages m on m.id = d.message_id
     where m.subject_id = $1 and d.status in ('pending', 'published')`,
    [jobId],
  );
  expect(rows.length).toBeLessThanOrEqual(1);
  return rows[0]?.id;
}

type Db = TestApi['deps']['db'];

/** One batch, as a worker runs it. */
async function runBatch(deliveryId: string, options: { on?: MatchIndex; db?: Db } = {}): Promise<Outcome> {
  const deps = options.db === undefined ? api.deps : { ...api.deps, db: options.db };
  const registry = createRegistry(options.on ?? index, createOutgoing({ allowPrivate: false }));
  return await runDelivery(deliveryId, { deps, registry, random: () => 0 });
}

async function runToEnd(jobId: string, on: MatchIndex = index): Promise<Body> {
  for (let owed = await owedBy(jobId); owed !== undefined; owed = await owedBy(jobId)) {
    expect(await runBatch(owed, { on })).toBe('done');
  }
  return (await world.admin.get(`/v1/jobs/${jobId}`)).body;
}

/** All suggestions, by pair, in one order. */
async function suggestions(): Promise<object[]> {
  const { rows } = await api.deps.pool.query(
    `select demand_id, result_id, score, near_miss is not null as near from matches where status = 'suggested' order by 1, 2`,
  );
  return rows;
}

describe('who may ask for all matches anew', () => {
  it('is the administrator, for everything', async () => {
    const job = await request(world.admin);
    expect(job).toMatchObject({
      kind: 'match_refresh',
      status: 'queued',
      progress: { done: 0, total: 2 * pairs },
      result: {},
      problem: null,
    });
    expect(await messagesAbout(api, job.id)).toEqual(['match_refresh.requested']);
    expect(await auditOf(api, job.id)).toEqual(['match_refresh.request']);
    await runToEnd(job.id);
  });

  it('is a director, for the own market and those below it', async () => {
    const own = await request(world.demandDirector);
    expect(own).toMatchObject({ marketId: world.demandMarket.id, progress: { done: 0, total: pairs } });
    const above = await request(world.provinceDirector);
    expect(above).toMatchObject({ marketId: world.province.id, progress: { done: 0, total: pairs } });
    const named = await request(world.provinceDirector, { marketId: world.demandMarket.id });
    expect(named.id).toBe(own.id);
    await runToEnd(own.id);
    await runToEnd(above.id);
  });

  it('is nobody else, and a refusal writes nothing', async () => {
    const before = await countWrites(api);
    const refused: [Caller, object, number][] = [
      [api.anonymous, {}, 401],
      [world.enterprise, {}, 403],
      [world.university, {}, 403],
      [world.demandBroker, {}, 403],
      [world.demandDirector, { marketId: world.province.id }, 403],
      [world.provinceDirector, { marketId: world.resultMarket.id }, 403],
      [world.admin, { marketId: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d' }, 404],
      [world.admin, { marketId: world.university.organizationId }, 404],
      [world.admin, { marketId: 'all' }, 422],
    ];
    for (const [caller, body, status] of refused) {
      const answer = await caller.post('/v1/match-refreshes', body);
      expect([body, answer.status]).toEqual([body, status]);
    }
    expect(await countWrites(api)).toEqual(before);
    const { rows } = await api.deps.pool.query("select 1 from jobs where status in ('queued', 'running')");
    expect(rows).toEqual([]);
  });
});

describe('a second request', () => {
  it('is answered with the job that has not ended, and writes nothing; after its end it starts another', async () => {
    const first = await request(world.demandDirector);
    const before = await countWrites(api);
    const again = await Promise.all([
      request(world.admin, { marketId: world.demandMarket.id }),
      request(world.demandDirector),
    ]);
    expect(again).toEqual([first, first]);
    expect(await countWrites(api)).toEqual(before);
    await runToEnd(first.id);
    const next = await request(world.demandDirector);
    expect(next.id).not.toBe(first.id);
    await runToEnd(next.id);
  });

  it('at the same moment makes one job', async () => {
    const jobs = await Promise.all(Array.from({ length: 5 }, () => request(world.demandDirector)));
    expect(new Set(jobs.map((job) => job.id)).size).toBe(1);
    await runToEnd(jobs[0].id);
  });

  it('with the same Idempotency-Key gets the same answer, even after the end', async () => {
    const key = { 'idempotency-key': 'refresh-once' };
    const first = await world.demandDirector.post('/v1/match-refreshes', {}, key);
    await runToEnd(first.body.id);
    const again = await world.demandDirector.post('/v1/match-refreshes', {}, key);
    expect([again.status, again.body, again.headers.location]).toEqual([202, first.body, first.headers.location]);
    expect(await owedBy(first.body.id)).toBeUndefined();
  });
});

describe('a job', () => {
  it('is seen by who started it, by directors of its market or above, and by the administrator', async () => {
    const director = await addMember(api, world.admin, world.demandMarket.id, 'director');
    const job = await request(director);
    const sees: [Caller, number][] = [
      [director, 200],
      [world.demandDirector, 200],
      [world.provinceDirector, 200],
      [world.admin, 200],
      [api.anonymous, 401],
      [world.demandBroker, 404],
      [world.resultBroker, 404],
      [world.enterprise, 404],
    ];
    for (const [caller, status] of sees) expect((await caller.get(`/v1/jobs/${job.id}`)).status).toBe(status);
    for (const [caller, status] of sees.filter(([, expected]) => expected > 400))
      expect((await caller.get(`/v1/jobs/${job.id}/stream`)).status).toBe(status);
    const resultDirector = await addMember(api, world.admin, world.resultMarket.id, 'director');
    const hidden = await resultDirector.get(`/v1/jobs/${job.id}`);
    const unknown = await resultDirector.get('/v1/jobs/0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d');
    expect({ ...hidden.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    await runToEnd(job.id);
  });

  it('whose batch became a dead letter is failed, with what was done, and makes room for another', async () => {
    const job = await request(world.demandDirector);
    await runBatch((await owedBy(job.id)) ?? '');
    await api.deps.pool.query("update deliveries set status = 'dead' where id = $1", [await owedBy(job.id)]);
    const sweeper = api.deps.ctxFor({ kind: 'system', name: 'fail-stranded-jobs' });
    expect(await failStrandedJobs(sweeper)).toBe(1);
    expect(await failStrandedJobs(sweeper)).toBe(0);
    const failed = (await world.demandDirector.get(`/v1/jobs/${job.id}`)).body;
    expect(failed).toMatchObject({
      status: 'failed',
      problem: { code: 'DEAD_LETTER' },
      progress: { done: recordsAtOnce },
    });
    const next = await request(world.demandDirector);
    expect(next.id).not.toBe(job.id);
    await runToEnd(next.id);
  });
});

describe('a full refresh', () => {
  it('finds again every match that there was, and counts every record once', async () => {
    await runToEnd((await request(world.admin)).id);
    const before = await suggestions();
    expect(before.length).toBeGreaterThanOrEqual(pairs);
    await api.deps.pool.query('delete from matches');
    const job = await runToEnd((await request(world.admin)).id);
    expect(await suggestions()).toEqual(before);
    expect(job).toMatchObject({ status: 'done', progress: { done: 2 * pairs, total: 2 * pairs } });
    expect(job.result).toMatchObject({ superseded: 0, deferred: 0 });
    expect(job.result.suggested).toBe(before.filter((pair) => !(pair as { near: boolean }).near).length);
    expect(await messagesAbout(api, job.id)).toEqual([
      'match_refresh.requested',
      ...Array.from({ length: 3 }, () => 'match_refresh.continued'),
      'match_refresh.finished',
    ]);
  });

  it('of a territory touches the records of that territory', async () => {
    await api.deps.pool.query('delete from matches');
    const job = await runToEnd((await request(world.demandDirector)).id);
    expect(job.progress).toEqual({ done: pairs, total: pairs });
    const { rows } = await api.deps.pool.query('select count(distinct demand_id)::int as demands from matches');
    expect(rows).toEqual([{ demands: pairs }]);
  });

  it('leaves a record whose run fails to a run of its own, and goes on', async () => {
    const { rows } = await api.deps.pool.query<{ id: string }>('select id from demands order by id limit 1 offset 3');
    const id = rows[0]?.id ?? '';
    const before = (await messagesAbout(api, id)).length;
    const failing: MatchIndex = {
      ...index,
      resultsFor(demand, limit) {
        if (demand.id === id) throw new Error('this one cannot be analysed');
        return index.resultsFor(demand, limit);
      },
    };
    const job = await runToEnd((await request(world.demandDirector)).id, failing);
    expect(job).toMatchObject({ status: 'done', progress: { done: pairs }, result: { deferred: 1 } });
    expect((await messagesAbout(api, id)).slice(before)).toEqual(['demand.changed']);
  });

  it('waits while the index is not there, without losing its place', async () => {
    const job = await request(world.demandDirector);
    const { index: notBuilt } = createMatchIndex(api.deps);
    const away: MatchIndex = { ...notBuilt, waitUntil: (xid) => notBuilt.waitUntil(xid, 20) };
    const owed = (await owedBy(job.id)) ?? '';
    expect(await runBatch(owed, { on: away })).toBe('retried');
    expect((await world.demandDirector.get(`/v1/jobs/${job.id}`)).body).toMatchObject({
      status: 'running',
      progress: { done: 0 },
    });
    api.clock.advance({ seconds: 5 });
    expect((await runToEnd(job.id)).progress.done).toBe(pairs);
  });

  it('goes on after a kill at any transaction: nothing is left out, nothing counted twice', async () => {
    await runToEnd((await request(world.admin)).id);
    const before = await suggestions();
    await api.deps.pool.query('delete from matches');
    const job = await request(world.admin);
    let kills = 0;
    for (let survives = 0; ; survives += 1) {
      const owed = await owedBy(job.id);
      if (owed === undefined) break;
      const outcome = await runBatch(owed, { db: mortal(api.deps.db, survives) });
      if (outcome === 'unrecorded') kills += 1;
      const { progress } = (await world.admin.get(`/v1/jobs/${job.id}`)).body;
      expect([0, recordsAtOnce, pairs, pairs + recordsAtOnce, 2 * pairs]).toContain(progress.done);
    }
    expect(kills).toBeGreaterThan(recordsAtOnce);
    const done = (await world.admin.get(`/v1/jobs/${job.id}`)).body;
    expect(done).toMatchObject({
      status: 'done',
      progress: { done: 2 * pairs, total: 2 * pairs },
      result: { deferred: 0 },
    });
    expect(await suggestions()).toEqual(before);
  }, 60_000);
});

/** A connection to a database that is gone after so many transactions, as for a process that is killed then. */
function mortal(db: Db, survives: number): Db {
  let left = survives;
  return new Proxy(db, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        if (left < 0) throw new Error('Connection terminated');
        if (name === 'transaction') left -= 1;
        if (left < 0) throw new Error('Connection terminated');
        return method.apply(target, args) as unknown;
      };
    },
  });
}

describe('the stream of a job', () => {
  it('sends the present state, each later one and the last, then ends; and goes on where it broke off', async () => {
    const job = await request(world.demandDirector);
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    const open = (headers: Record<string, string> = {}) =>
      fetch(`${address}/v1/jobs/${job.id}/stream`, {
        headers: { authorization: `Bearer ${world.demandDirector.token}`, ...headers },
      });
    const stream = await open();
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = eventsOf(stream);
    expect((await events.next()).value).toMatchObject({ id: String(job.version), data: job });
    await runBatch((await owedBy(job.id)) ?? '');
    let half = (await events.next()).value;
    while (half.data.progress.done === 0) half = (await events.next()).value;
    expect(half.data).toMatchObject({ status: 'running', progress: { done: recordsAtOnce, total: pairs } });
    const done = await runToEnd(job.id);
    const rest: Body[] = [];
    for await (const event of events) rest.push(event);
    expect(rest.at(-1)?.data).toEqual(done);

    const later: Body[] = [];
    for await (const event of eventsOf(await open({ 'last-event-id': half.id }))) later.push(event);
    expect(later).toEqual([{ id: String(done.version), data: done }]);
    expect((await open({ 'last-event-id': String(done.version) })).status).toBe(204);
  });

  it('takes no more than five from one reader, and ends with the server', async () => {
    const other = await startApi();
    try {
      const people = await createWorld(other);
      const { body: job } = await people.admin.post('/v1/match-refreshes');
      const address = await other.app.listen({ port: 0, host: '127.0.0.1' });
      const open = () =>
        fetch(`${address}/v1/jobs/${job.id}/stream`, { headers: { authorization: `Bearer ${people.admin.token}` } });
      const streams = [];
      for (let opened = 0; opened < 5; opened += 1) streams.push(await open());
      expect(streams.map((stream) => stream.status)).toEqual([200, 200, 200, 200, 200]);
      expect((await open()).status).toBe(429);
      const events = eventsOf(streams[0] as Response);
      await events.next();
      await other.app.close();
      expect((await events.next()).done).toBe(true);
    } finally {
      await other.close();
    }
  });
});

/** The events of a stream with their ids, until it ends. */
async function* eventsOf(response: Response): AsyncGenerator<Body> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [id, data] = ['id: ', 'data: '].map((name) =>
        block
          .split('\n')
          .find((line) => line.startsWith(name))
          ?.slice(name.length),
      );
      if (data !== undefined) yield { id, data: JSON.parse(data) };
    }
  }
}
