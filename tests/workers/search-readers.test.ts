import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cursors, parkedDocuments } from '../../db/schema/index.ts';
import { createDeps } from '../../src/deps.ts';
import { checkSearchIndexes } from '../../workers/check-search-indexes.ts';
import type { CursorReader } from '../../workers/readers/cursor-reader.ts';
import { rebuildBeside } from '../../workers/readers/rebuild-index.ts';
import { createSearchIndexReaders } from '../../workers/readers/search-index.ts';
import { beginning, keepCursor } from '../../workers/readers/store.ts';
import { scheduledJobsOf } from '../../workers/schedules.ts';
import { ask } from '../search/samples.ts';
import { createWorld, demandInput, publishDemand, startApi, type TestApi, type World } from '../setup/api.ts';
import type { Fault } from '../setup/meilisearch/faults.ts';
import { type MeilisearchDouble, startMeilisearchDouble } from '../setup/meilisearch/server.ts';

const inTime = { timeout: 25_000 };
const name = 'search-index-meilisearch';
let double: MeilisearchDouble;
let api: TestApi;
let world: World;
let postgresReader: CursorReader;
let reader: CursorReader;
const published: string[] = [];

beforeAll(async () => {
  double = await startMeilisearchDouble();
  api = await startApi({ MEILI_URL: double.url, MEILI_KEY: double.masterKey });
  world = await createWorld(api);
  for (let at = 0; at < 3; at++) await publish();
});
afterAll(async () => {
  await api?.close();
  await double?.close();
});
beforeEach(async () => {
  [postgresReader, reader] = readersOf(api.deps);
  await caughtUp();
});
afterEach(async () => {
  double.control.clearFaults();
  double.control.release();
  await Promise.all([postgresReader, reader].map((one) => one.stop()));
});

function readersOf(deps: TestApi['deps']): [CursorReader, CursorReader] {
  const [first, second] = createSearchIndexReaders(deps);
  if (first === undefined || second === undefined) throw new Error('one reader for each engine');
  return [first, second];
}

function engine() {
  const { meilisearch } = api.deps.searchEngines;
  if (meilisearch === null) throw new Error('Meilisearch is configured');
  return meilisearch;
}

function systemCtx() {
  return api.deps.ctxFor({ kind: 'system', name: 'test' });
}

async function publish(title = `枸杞鲜奶 ${published.length}`): Promise<string> {
  const { id } = await publishDemand(world.enterprise, world.demandBroker, { ...demandInput, title });
  published.push(id);
  return id;
}

async function held(of: { versions(kind: 'demand'): Promise<Map<string, number>> }): Promise<string[]> {
  return [...(await of.versions('demand')).keys()].sort();
}

/** Steps until the index holds all that is published: other databases' transactions hold the horizon back for a moment. */
async function caughtUp(): Promise<void> {
  await expect
    .poll(async () => {
      await reader.step();
      return (await isFilled()) ? await held(engine()) : null;
    }, inTime)
    .toEqual(published.toSorted());
  // What is left to read says nothing new.
  while ((await reader.step()) > 0);
}

async function isFilled(): Promise<boolean> {
  return (await api.deps.db.select().from(cursors).where(eq(cursors.name, name))).length > 0;
}

async function onServer(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${double.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${double.masterKey}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return await response.json();
}

function documentPosts(): number {
  return double.control.requests.filter(
    ({ method, path }) => method === 'POST' && /\/indexes\/duijie_demands\/documents$/.test(path),
  ).length;
}

describe('while Meilisearch is away', () => {
  const ways: [string, Fault][] = [
    ['refuses connections', 'reset'],
    ['never answers', 'hang'],
    ['answers 500', { status: 500 }],
    ['is slow', { delayMs: 300 }],
  ];
  it.each(ways)('PostgreSQL is kept in step, and Meilisearch once it is back, when it %s', async (_, fault) => {
    double.control.respond(fault);
    reader.start();
    const id = await publish();
    await expect
      .poll(async () => {
        await postgresReader.step();
        return await held(api.deps.searchEngines.postgres);
      }, inTime)
      .toContain(id);
    await expect.poll(() => double.control.requests.length, inTime).toBeGreaterThan(0);
    // Comes to its end also while a request hangs, and leaves no lease behind.
    await reader.stop();
    double.control.clearFaults();
    [postgresReader, reader] = readersOf(api.deps);
    await caughtUp();
  });

  it('is kept in step while it is slow', async () => {
    double.control.respond({ delayMs: 20 });
    await publish();
    await caughtUp();
  });

  it('leaves it alone while it has too much to do', async () => {
    const id = await publish();
    double.control.hold();
    for (let at = 0; at < 101; at++) await onServer('POST', '/indexes', { uid: `other_${at}` });
    await expect.poll(() => reader.step().catch(({ code }) => code), inTime).toBe('UNAVAILABLE');
    double.control.release();
    await expect.poll(() => engine().queueLength(), inTime).toBe(0);
    expect(await held(engine())).not.toContain(id);
    await caughtUp();
  });
});

describe('the reader of Meilisearch', () => {
  it('does no harm when it dies after writing and before it notes how far it is', async () => {
    const before = await engine().versions('demand');
    await keepCursor(api.deps.db, name, beginning, api.clock.now());
    const posts = documentPosts();
    [postgresReader, reader] = readersOf(api.deps);
    expect(await reader.step()).toBeGreaterThan(0);
    expect(documentPosts()).toBeGreaterThan(posts);
    expect(await engine().versions('demand')).toEqual(before);
  });

  it('writes in one process at a time', async () => {
    const other = await createDeps(
      { ...api.deps.config, databaseUrl: api.deps.databaseUrl },
      { log: api.deps.log, clock: api.clock },
    );
    const [, otherReader] = readersOf(other);
    await expect.poll(() => otherReader.step(), inTime).toBe(0);
    await publish();
    double.control.hold();
    const posts = documentPosts();
    const underWay: Promise<number>[] = [];
    await expect
      .poll(() => {
        // What was published can be read once every transaction from before has ended.
        if (documentPosts() === posts) underWay.push(reader.step(), otherReader.step());
        return documentPosts();
      }, inTime)
      .toBe(posts + 1);
    // The one that has not got the lease says so at once, however long the other takes.
    expect(Math.min(await reader.step(), await otherReader.step())).toBe(0);
    expect(documentPosts()).toBe(posts + 1);
    double.control.release();
    await Promise.all(underWay);
    await otherReader.stop();
    await other.close();
    await caughtUp();
  });

  it('parks a document that is refused, takes the rest, and tries it again when its record changes', async () => {
    const [bad, good] = [await publish(), await publish()];
    // The batch of both, and the half that has the first.
    const refusedId = await refuseOne([bad, good]);
    const other = refusedId === bad ? good : bad;
    expect(await held(engine())).toContain(other);
    expect(await held(engine())).not.toContain(refusedId);
    expect(await api.deps.db.select().from(parkedDocuments)).toMatchObject([
      {
        engine: 'meilisearch',
        kind: 'demand',
        id: refusedId,
        reason: expect.stringMatching(/invalid_document_fields/),
      },
    ]);

    await withdraw(refusedId);
    await expect
      .poll(async () => {
        await reader.step();
        return await api.deps.db.select().from(parkedDocuments);
      }, inTime)
      .toEqual([]);
  });

  it('has refused documents tried again by the check', async () => {
    const refusedId = await refuseOne([await publish(), await publish()]);
    const found = await checkSearchIndexes(systemCtx(), api.deps.searchEngines);
    expect(found.meilisearch).toEqual({ missing: 1, stale: 0, extra: 0, refused: 0 });
    expect(await api.deps.db.select().from(parkedDocuments)).toEqual([]);
    expect(await held(engine())).toContain(refusedId);
  });

  it('lets its place go where Meilisearch is no longer configured, so that messages can be deleted', async () => {
    const { postgres } = api.deps.searchEngines;
    const [alone] = createSearchIndexReaders({ ...api.deps, searchEngines: { postgres, meilisearch: null } });
    await alone?.step();
    expect(await isFilled()).toBe(false);
    await alone?.stop();
    [postgresReader, reader] = readersOf(api.deps);
    await caughtUp();
    expect(await isFilled()).toBe(true);
  });

  it('has finished tasks forgotten', async () => {
    const jobs = scheduledJobsOf(api.deps);
    double.control.requests.length = 0;
    await jobs['prune-search-tasks']?.run(systemCtx());
    expect(double.control.requests).toContainEqual(
      expect.objectContaining({ method: 'DELETE', path: '/tasks', query: expect.stringContaining('beforeFinishedAt') }),
    );
  });

  /** The two are written in one batch, and one of them is refused; returns which. */
  async function refuseOne(ids: readonly string[]): Promise<string> {
    await untilReadable(ids);
    for (let times = 0; times < 2; times++) {
      double.control.failNextTask('invalid_document_fields', { type: 'documentAdditionOrUpdate' });
    }
    await expect
      .poll(async () => {
        await reader.step();
        return (await held(engine())).filter((id) => ids.includes(id));
      }, inTime)
      .toHaveLength(1);
    const [row] = await api.deps.db.select().from(parkedDocuments);
    return row?.id ?? '';
  }

  /** What was published can be read once every transaction from before has ended, those of other tests, too. */
  async function untilReadable(ids: readonly string[]): Promise<void> {
    await expect
      .poll(async () => {
        const { rows } = await api.deps.pool.query<{ ahead: number }>(
          `select count(*)::int as ahead from messages
           where subject_id = any($1) and xid >= pg_snapshot_xmin(pg_current_snapshot())`,
          [ids],
        );
        return rows[0]?.ahead;
      }, inTime)
      .toBe(0);
  }

  async function withdraw(id: string): Promise<void> {
    const answer = await world.enterprise.post(`/v1/demands/${id}/withdraw`);
    expect(answer.status).toBe(200);
    published.splice(published.indexOf(id), 1);
  }
});

describe('making the index in Meilisearch anew', () => {
  it('fills it again when it is lost, and shows nothing of it before it is whole', async () => {
    await onServer('DELETE', '/indexes/duijie_demands');
    await expect.poll(() => engine().identity(), inTime).toBeNull();
    await publish();
    const seen: { total: number; degraded: boolean }[] = [];
    const failed: unknown[] = [];
    await expect
      .poll(async () => {
        await reader.step().catch((error) => failed.push(error));
        const answer = await api.deps.searchIndex.search(ask(''));
        seen.push({ total: answer.total, degraded: answer.degraded });
        return (await engine().identity()) === null ? null : await held(engine());
      }, inTime)
      .toEqual(published.toSorted());
    expect(failed.length).toBeGreaterThan(0);
    for (const { total, degraded } of seen) expect(degraded || total === published.length).toBe(true);
  });

  it('is done by the check when the index is lost', async () => {
    await onServer('DELETE', '/indexes/duijie_demands');
    await expect.poll(() => engine().identity(), inTime).toBeNull();
    await checkSearchIndexes(systemCtx(), api.deps.searchEngines);
    expect(await held(engine())).toEqual(published.toSorted());
    expect(await isFilled()).toBe(true);
  });

  it('fills anew what stands under our names and is not ours, and asks PostgreSQL until then', async () => {
    for (const uid of ['duijie_demands', 'duijie_results']) await onServer('DELETE', `/indexes/${uid}`);
    await onServer('PUT', '/indexes/duijie_demands/documents', [{ id: 'of-others', version: 1 }]);
    await onServer('POST', '/indexes', { uid: 'duijie_results', primaryKey: 'id' });
    await expect.poll(() => engine().queueLength(), inTime).toBe(0);
    expect(await isFilled()).toBe(true);
    // Another process, which starts with the server changed.
    const other = await createDeps(
      { ...api.deps.config, databaseUrl: api.deps.databaseUrl },
      { log: api.deps.log, clock: api.clock },
    );
    expect(await other.searchIndex.search(ask(''))).toMatchObject({ degraded: true });
    const [, otherReader] = readersOf(other);
    await expect
      .poll(async () => {
        await otherReader.step();
        return await held(engine());
      }, inTime)
      .toEqual(published.toSorted());
    await expect
      .poll(() => other.searchIndex.search(ask('')), inTime)
      .toMatchObject({ degraded: false, total: published.length });
    await otherReader.stop();
    await other.close();
  });

  it('loses no change that is made meanwhile, and is never empty or partial for who searches', async () => {
    const before = published.length;
    const totals: number[] = [];
    let isOver = false;
    const watching = (async () => {
      while (!isOver) totals.push((await engine().search(ask(''))).total);
    })();
    const writing = (async () => {
      for (let at = 0; at < 5; at++) await publish();
    })();
    reader.start();
    for (let times = 0; times < 2; times++) {
      expect(await rebuildBeside(systemCtx(), engine())).toEqual(['demand', 'result']);
    }
    await writing;
    isOver = true;
    await watching;
    await reader.stop();
    [postgresReader, reader] = readersOf(api.deps);
    await caughtUp();
    expect(totals.length).toBeGreaterThan(0);
    expect(Math.min(...totals)).toBeGreaterThanOrEqual(before);
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
  });

  it('leaves the searched index as it was when it fails, and removes what was left with the next', async () => {
    const before = await held(engine());
    double.control.failNextTask('internal', { type: 'indexSwap' });
    double.control.respond({ status: 503 }, { method: 'DELETE' });
    await expect(rebuildBeside(systemCtx(), engine())).rejects.toThrow();
    double.control.clearFaults();
    expect(await held(engine())).toEqual(before);
    expect(await isFilled()).toBe(true);
    await rebuildBeside(systemCtx(), engine(), { kinds: ['demand'] });
    const { results } = (await onServer('GET', '/indexes?limit=1000')) as { results: { uid: string }[] };
    expect(results.filter(({ uid }) => uid.startsWith('duijie_demands__'))).toHaveLength(1);
  });

  it('is done by one process at a time', async () => {
    double.control.hold();
    const first = rebuildBeside(systemCtx(), engine());
    await expect.poll(() => engine().queueLength(), inTime).toBeGreaterThan(0);
    expect(await rebuildBeside(systemCtx(), engine())).toBeNull();
    double.control.release();
    expect(await first).toEqual(['demand', 'result']);
  });

  it('repairs what differs, also where the index is ahead of a database that was restored', async () => {
    const [missing = '', ahead = ''] = published;
    await engine().remove('demand', [missing]);
    const { rows } = await api.deps.pool.query('select content_version from demands where id = $1', [ahead]);
    await onServer('PUT', '/indexes/duijie_demands/documents', [{ id: ahead, version: rows[0].content_version + 5 }]);
    await expect.poll(() => engine().queueLength(), inTime).toBe(0);
    expect((await checkSearchIndexes(systemCtx(), api.deps.searchEngines)).meilisearch).toEqual({
      missing: 1,
      stale: 1,
      extra: 0,
      refused: 0,
    });
    expect((await engine().versions('demand')).get(ahead)).toBe(rows[0].content_version);
    expect(await held(engine())).toEqual(published.toSorted());
  });
});
