import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { MeilisearchSearch } from '../../src/search/meilisearch/adapter.ts';
import { type MeilisearchDouble, startMeilisearchDouble } from '../setup/meilisearch/server.ts';
import { adapterOf } from './meilisearch.ts';
import { ask, documentWith, ids } from './samples.ts';

describe('making a Meilisearch index anew', () => {
  let double: MeilisearchDouble;
  let index: MeilisearchSearch;
  const old = documentWith({ title: '旧文档' });
  const kept = documentWith({ title: '保留的文档' });

  beforeEach(async () => {
    double = await startMeilisearchDouble();
    index = adapterOf(double.url, double.masterKey);
    await index.upsert([old, kept]);
  });

  afterEach(async () => {
    await double.close();
  });

  async function found(): Promise<string[]> {
    return ids(await index.search(ask(''))).sort();
  }

  async function indexNames(): Promise<string[]> {
    const response = await fetch(`${double.url}/indexes?limit=100`, {
      headers: { authorization: `Bearer ${double.masterKey}` },
    });
    return ((await response.json()) as { results: { uid: string }[] }).results.map(({ uid }) => uid);
  }

  it('shows the new one at once, after the commit and not before', async () => {
    const rebuild = await index.beginRebuild('demand');
    const fresh = documentWith({ title: '新文档' });
    await rebuild.upsert([kept, fresh, old]);
    await rebuild.remove([old.id]);
    expect(await found()).toEqual([old.id, kept.id].sort());
    await rebuild.commit();
    expect(await found()).toEqual([fresh.id, kept.id].sort());
    const answer = await index.search(ask('新文档', { facets: ['industry'], filters: { industry: ['C'] } }));
    expect(answer.total).toBeGreaterThan(0);
  });

  it('takes a change that came before the copy of the row, and keeps the newer', async () => {
    const rebuild = await index.beginRebuild('demand');
    await rebuild.upsert([{ ...kept, version: 3 }]);
    await rebuild.upsert([{ ...kept, version: 2 }]);
    await rebuild.commit();
    expect(await index.versions('demand')).toEqual(new Map([[kept.id, 3]]));
  });

  it('goes back to what was searched before', async () => {
    const rebuild = await index.beginRebuild('demand');
    await rebuild.upsert([kept]);
    await rebuild.commit();
    expect(await index.rollBack('demand')).toBe(true);
    expect(await found()).toEqual([old.id, kept.id].sort());
    expect(await index.rollBack('result')).toBe(false);
  });

  it('keeps one older index, and none of what was left over', async () => {
    await index.beginRebuild('demand');
    for (let at = 0; at < 2; at++) {
      const rebuild = await index.beginRebuild('demand');
      await rebuild.upsert([kept]);
      await rebuild.commit();
    }
    expect((await indexNames()).filter((name) => name.startsWith('duijie_demands__'))).toHaveLength(1);
    expect(await found()).toEqual([kept.id]);
  });

  it('needs no more of a key than what .env.example says', async () => {
    const actions = ['search', 'documents.*', 'indexes.*', 'settings.*', 'tasks.*', 'stats.*'];
    const response = await fetch(`${double.url}/keys`, {
      method: 'POST',
      headers: { authorization: `Bearer ${double.masterKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ actions, indexes: ['*'], expiresAt: null }),
    });
    const { key } = (await response.json()) as { key: string };
    const restricted = adapterOf(double.url, key);
    await restricted.ensureIndexes();
    const rebuild = await restricted.beginRebuild('demand');
    await rebuild.upsert([kept, old]);
    await rebuild.remove([old.id]);
    await rebuild.commit();
    expect(await restricted.identity()).not.toBeNull();
    expect(await restricted.rollBack('demand')).toBe(true);
    await restricted.upsert([documentWith({ title: '另一文档' })]);
    await restricted.remove('demand', [old.id]);
    await restricted.pruneTasks(new Date());
    expect(await restricted.queueLength()).toBe(0);
    expect((await restricted.versions('demand')).size).toBe(2);
    expect((await restricted.search(ask('保留'))).total).toBe(1);
    expect((await restricted.suggest({ kind: 'demand', prefix: 'x', limit: 5 })).suggestions).toEqual([]);
  });

  it('leaves everything as it was when given up', async () => {
    const before = await indexNames();
    const rebuild = await index.beginRebuild('demand');
    await rebuild.upsert([kept]);
    await rebuild.abort();
    expect(await indexNames()).toEqual(before);
    expect(await found()).toEqual([old.id, kept.id].sort());
  });

  it('does not change over when a document is missing', async () => {
    const rebuild = await index.beginRebuild('demand');
    await rebuild.upsert([kept, old]);
    const name = (await indexNames()).find((one) => one.startsWith('duijie_demands__'));
    await fetch(`${double.url}/indexes/${name}/documents/${old.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${double.masterKey}` },
    });
    await expect.poll(() => index.queueLength()).toBe(0);
    await expect(rebuild.commit()).rejects.toMatchObject({ code: 'UPSTREAM_FAILED' });
    expect(await found()).toEqual([old.id, kept.id].sort());
  });

  it('does not wait for a document that the engine refuses', async () => {
    const rebuild = await index.beginRebuild('demand');
    await expect(rebuild.upsert([kept, { ...old, id: 'not an id!' }])).rejects.toMatchObject({
      rejected: [{ id: 'not an id!' }],
    });
    await rebuild.commit();
    expect(await found()).toEqual([kept.id]);
  });
});
