import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DocumentsRejectedError } from '../../src/core/search-index.ts';
import { type MeilisearchDouble, startMeilisearchDouble } from '../setup/meilisearch/server.ts';
import { type AdapterOptions, adapterOf } from './meilisearch.ts';
import { ask, documentWith, ids } from './samples.ts';

describe('writing to Meilisearch', () => {
  let double: MeilisearchDouble;

  beforeEach(async () => {
    double = await startMeilisearchDouble();
  });

  afterEach(async () => {
    await double.close();
  });

  function adapter(options: AdapterOptions = {}) {
    return adapterOf(double.url, double.masterKey, options);
  }

  function sent(method: string, path: RegExp): number {
    return double.control.requests.filter((request) => request.method === method && path.test(request.path)).length;
  }

  it('sends settings when they differ, and not again', async () => {
    await adapter().ensureIndexes();
    expect(sent('PATCH', /settings$/)).toBe(2);
    await adapter().ensureIndexes();
    expect(sent('PATCH', /settings$/)).toBe(2);
    expect(sent('POST', /^\/indexes$/)).toBe(2);
    await adapter({ synonyms: { 铟: ['indium'] } }).ensureIndexes();
    expect(sent('PATCH', /settings$/)).toBe(4);
  });

  it('keeps the newer version also when both are written at the same time', async () => {
    const index = adapter();
    await index.ensureIndexes();
    const document = documentWith({ title: '高纯铟' });
    await Promise.all([3, 2].map((version) => index.upsert([{ ...document, version }])));
    expect(await index.versions('demand')).toEqual(new Map([[document.id, 3]]));
  });

  it('makes the indexes before the first write when nobody has', async () => {
    const index = adapter();
    const document = documentWith({ title: '高纯铟' });
    await index.upsert([document]);
    const found = await index.search(ask('', { filters: { regionCode: [document.regionCode] }, facets: ['industry'] }));
    expect(found).toMatchObject({ total: 1, facets: { industry: { C: 1, '32': 1 } } });
  });

  it('sends many documents in few requests, none larger than asked, one after the other', async () => {
    const index = adapter({ batch: { documents: 4 } });
    const documents = Array.from({ length: 10 }, (_, at) => documentWith({ title: `样品${at}` }));
    await index.upsert(documents);
    const bodies = double.control.requests.filter(({ method, path }) => method === 'POST' && /documents$/.test(path));
    expect(bodies.map(({ body }) => (JSON.parse(body) as unknown[]).length)).toEqual([4, 4, 2]);
    expect((await index.versions('demand')).size).toBe(10);
    const small = adapter({ batch: { bytes: 1 } });
    double.control.requests.length = 0;
    await small.upsert(documents.slice(0, 3).map((document) => ({ ...document, version: 2 })));
    expect(sent('POST', /documents$/)).toBe(3);
  });

  it('finds the documents that spoil a batch, names them with the reason, and takes the others', async () => {
    const index = adapter();
    const good = Array.from({ length: 9 }, (_, at) => documentWith({ title: `样品${at}` }));
    const spoilt = { ...documentWith({ title: '坏' }), id: 'not an id!' };
    const spoiltResult = { ...documentWith({ kind: 'result', title: '坏' }), id: 'nor/this' };
    const result = documentWith({ kind: 'result', title: '好' });
    const failure = await index.upsert([...good.slice(0, 4), spoilt, spoiltResult, ...good.slice(4), result]).then(
      () => null,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(DocumentsRejectedError);
    expect((failure as DocumentsRejectedError).rejected).toEqual([
      { kind: 'demand', id: spoilt.id, reason: expect.stringContaining('invalid_document_id') },
      { kind: 'result', id: spoiltResult.id, reason: expect.stringContaining('invalid_document_id') },
    ]);
    expect([...(await index.versions('demand')).keys()].sort()).toEqual(good.map(({ id }) => id).sort());
    expect([...(await index.versions('result')).keys()]).toEqual([result.id]);
  });

  it('halves a batch that is too large for the server', async () => {
    await double.close();
    double = await startMeilisearchDouble({ maxPayloadBytes: 20_000 });
    const index = adapter();
    const documents = Array.from({ length: 6 }, (_, at) =>
      documentWith({ title: `样品${at}`, body: 'x'.repeat(5_000) }),
    );
    const huge = documentWith({ title: '大', body: 'x'.repeat(30_000) });
    await expect(index.upsert([...documents, huge])).rejects.toMatchObject({
      rejected: [{ id: huge.id, reason: expect.stringContaining('payload_too_large') }],
    });
    expect((await index.versions('demand')).size).toBe(6);
  });

  it.each([
    [
      'an internal failure of the task',
      () => double.control.failNextTask('internal', { type: 'documentAdditionOrUpdate' }),
    ],
    ['503', () => double.control.respond({ status: 503, retryAfterSeconds: 10 }, { times: 1, method: 'POST' })],
    ['a proxy page instead of JSON', () => double.control.respond('html-502', { times: 1, method: 'POST' })],
    ['a cut connection', () => double.control.respond('reset', { times: 1, method: 'POST' })],
    ['a cut connection after the write was taken', () => double.control.respond('lost', { times: 1, method: 'POST' })],
  ])('reports %s as UNAVAILABLE, and succeeds when tried again', async (_name, fail) => {
    const index = adapter();
    await index.ensureIndexes();
    const document = documentWith({ title: '高纯铟' });
    fail();
    await expect(index.upsert([document])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await index.upsert([document]);
    expect(await index.versions('demand')).toEqual(new Map([[document.id, 1]]));
  });

  it('reports a wrong key as UPSTREAM_FAILED, without the key', async () => {
    const index = adapterOf(double.url, 'wrong-key');
    const failure = (await index.ensureIndexes().catch((error: unknown) => error)) as Error;
    expect(failure).toMatchObject({ code: 'UPSTREAM_FAILED', message: expect.stringContaining('invalid_api_key') });
    expect(failure.message).not.toContain('wrong-key');
    expect(await index.health()).toBe('ok');
  });

  it('outlives answers that get lost while it waits for a task', async () => {
    const index = adapter();
    await index.ensureIndexes();
    double.control.respond('reset', { times: 2, path: /^\/tasks\// });
    double.control.respond('html-502', { times: 1, path: /^\/tasks\// });
    const document = documentWith({ title: '高纯铟' });
    await index.upsert([document]);
    expect(ids(await index.search(ask('高纯铟')))).toEqual([document.id]);
  });

  it('gives up on a task that does not end, and says how many wait', async () => {
    const index = adapter({ timeouts: { taskMs: 50 } });
    await adapter().ensureIndexes();
    expect(await index.queueLength()).toBe(0);
    double.control.hold();
    await expect(index.remove('demand', ['a'])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await index.queueLength()).toBe(1);
    double.control.release();
  });

  it('reports a canceled task as UNAVAILABLE', async () => {
    const index = adapter();
    await index.ensureIndexes();
    double.control.hold();
    const removal = index.remove('demand', ['a']).catch((error: unknown) => error);
    const headers = { authorization: `Bearer ${double.masterKey}` };
    await expect
      .poll(async () => {
        await fetch(`${double.url}/tasks/cancel?statuses=enqueued`, { method: 'POST', headers });
        return await Promise.race([removal, 'waiting']);
      })
      .toMatchObject({ code: 'UNAVAILABLE', details: { cause: { message: expect.stringContaining('canceled') } } });
    double.control.release();
  });

  it('forgets finished tasks that are old, and only those', async () => {
    const index = adapter();
    await index.upsert([documentWith({ title: '高纯铟' })]);
    const headers = { authorization: `Bearer ${double.masterKey}` };
    const finished = async () => {
      const response = await fetch(`${double.url}/tasks?types=documentAdditionOrUpdate`, { headers });
      return ((await response.json()) as { total: number }).total;
    };
    await index.pruneTasks(new Date(Date.now() - 3_600_000));
    expect(await finished()).toBe(1);
    await index.pruneTasks(new Date(Date.now() + 3_600_000));
    expect(await finished()).toBe(0);
  });

  it('reads the versions of more documents than fit an answer', async () => {
    const index = adapter();
    const documents = Array.from({ length: 6_000 }, (_, at) => documentWith({ title: `样品${at}` }));
    await index.upsert(documents);
    expect((await index.versions('demand')).size).toBe(6_000);
  });

  it('does all its work with a key of its own', async () => {
    const response = await fetch(`${double.url}/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${double.masterKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        actions: ['search', 'documents.*', 'indexes.*', 'settings.*', 'tasks.*', 'stats.*'],
        // The task of a swap belongs to no index: a key for some indexes cannot see its end.
        indexes: ['*'],
        expiresAt: null,
      }),
    });
    const { key } = (await response.json()) as { key: string };
    const index = adapterOf(double.url, key);
    const document = documentWith({ title: '高纯铟', keywords: ['膜电解'] });
    await index.upsert([document]);
    const rebuild = await index.beginRebuild('demand');
    await rebuild.upsert([document]);
    await rebuild.commit();
    expect(await index.rollBack('demand')).toBe(true);
    expect((await index.search(ask('铟', { highlight: true }))).total).toBe(1);
    expect((await index.suggest({ kind: 'demand', prefix: '膜', limit: 5 })).suggestions).toHaveLength(1);
    await index.pruneTasks(new Date());
    expect(await index.queueLength()).toBe(0);
    await index.remove('demand', [document.id]);
    expect((await index.versions('demand')).size).toBe(0);
  });

  it('never puts its own index beside those of others', async () => {
    const ours = adapter({ prefix: 'ours' });
    const theirs = adapter({ prefix: 'theirs' });
    await ours.upsert([documentWith({ title: '高纯铟' })]);
    await theirs.ensureIndexes();
    expect((await theirs.versions('demand')).size).toBe(0);
  });
});
