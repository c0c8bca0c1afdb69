import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connected, connect } from './connect.ts';

describe('the indexes of the test double of Meilisearch', () => {
  let double: Connected;

  beforeEach(async () => {
    double = await connect();
  });

  afterEach(async () => {
    await double.close();
  });

  it('creates an index, and fails the task of creating it again', async () => {
    const { client } = double;
    const task = await client.createIndex('a', { primaryKey: 'id' }).waitTask();
    expect([task.type, task.details]).toEqual(['indexCreation', { primaryKey: 'id' }]);
    expect(await client.getRawIndex('a')).toEqual({
      uid: 'a',
      primaryKey: 'id',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    });
    expect((await client.createIndex('a').waitTask()).error).toMatchObject({
      code: 'index_already_exists',
      message: 'Index `a` already exists.',
    });
  });

  it('lists indexes by name and in pages', async () => {
    for (const uid of ['c', 'a', 'b']) await double.client.createIndex(uid).waitTask();
    const page = await double.client.getRawIndexes({ offset: 1, limit: 1 });
    expect([page.results.map(({ uid }) => uid), page.total]).toEqual([['b'], 3]);
  });

  it('changes the primary key until there are documents', async () => {
    const index = double.client.index('a');
    await double.client.createIndex('a').waitTask();
    expect((await index.update({ primaryKey: 'sku' }).waitTask()).status).toBe('succeeded');
    await index.addDocuments([{ sku: 1 }]).waitTask();
    expect((await index.update({ primaryKey: 'id' }).waitTask()).error?.code).toBe('index_primary_key_already_exists');
  });

  it('deletes an index with its documents, and fails the task where there is none', async () => {
    await double.client
      .index('a')
      .addDocuments([{ id: 1 }])
      .waitTask();
    expect((await double.client.deleteIndex('a').waitTask()).details).toEqual({ deletedDocuments: 1 });
    const missing = await double.client.deleteIndex('a').waitTask();
    expect([missing.status, missing.error?.code]).toEqual(['failed', 'index_not_found']);
  });

  it('makes an index of documents or settings that are sent to none, but not of deletions', async () => {
    const { client } = double;
    await client
      .index('a')
      .addDocuments([{ id: 1 }])
      .waitTask();
    await client
      .index('b')
      .updateSettings({ stopWords: ['the'] })
      .waitTask();
    expect((await client.index('c').deleteDocuments(['1']).waitTask()).error?.code).toBe('index_not_found');
    expect((await client.getRawIndexes()).results.map(({ uid, primaryKey }) => [uid, primaryKey])).toEqual([
      ['a', 'id'],
      ['b', null],
    ]);
  });

  it('swaps documents, settings, primary keys and the history of finished tasks', async () => {
    const { client } = double;
    await client
      .index('live')
      .addDocuments([{ id: 1 }])
      .waitTask();
    await client
      .index('fresh')
      .addDocuments([{ sku: 2 }], { primaryKey: 'sku' })
      .waitTask();
    await client
      .index('fresh')
      .updateSettings({ stopWords: ['the'] })
      .waitTask();
    const task = await client.swapIndexes([{ indexes: ['live', 'fresh'], rename: false }]).waitTask();
    expect(task).toMatchObject({ indexUid: null, details: { swaps: [{ indexes: ['live', 'fresh'], rename: false }] } });
    expect((await client.index('live').getDocuments()).results).toEqual([{ sku: 2 }]);
    expect(await client.index('live').getStopWords()).toEqual(['the']);
    expect((await client.getRawIndex('fresh')).primaryKey).toBe('id');
    expect((await client.tasks.getTask(0)).indexUid).toBe('fresh');
    expect((await client.tasks.getTask(2)).indexUid).toBe('live');
  });

  it('lets a write enqueued before a swap run before it, and one after it on the new content', async () => {
    const { client } = double;
    await client
      .index('live')
      .addDocuments([{ id: 1 }])
      .waitTask();
    await client
      .index('fresh')
      .addDocuments([{ id: 2 }])
      .waitTask();
    double.control.hold();
    await client.index('live').addDocuments([{ id: 3 }]);
    await client.swapIndexes([{ indexes: ['live', 'fresh'], rename: false }]);
    const last = await client.index('live').addDocuments([{ id: 4 }]);
    double.control.release();
    await client.tasks.waitForTask(last);
    expect((await client.index('live').getDocuments()).results).toEqual([{ id: 2 }, { id: 4 }]);
    expect((await client.index('fresh').getDocuments()).results).toEqual([{ id: 1 }, { id: 3 }]);
  });

  it('swaps all pairs or none', async () => {
    const { client } = double;
    for (const uid of ['a', 'b', 'c'])
      await client
        .index(uid)
        .addDocuments([{ id: uid }])
        .waitTask();
    const task = await client
      .swapIndexes([
        { indexes: ['a', 'b'], rename: false },
        { indexes: ['c', 'none'], rename: false },
      ])
      .waitTask();
    expect(task.error).toMatchObject({ code: 'index_not_found', message: 'Index `none` not found.' });
    expect((await client.index('a').getDocuments()).results).toEqual([{ id: 'a' }]);
  });

  it('names both missing indexes of a swap', async () => {
    const task = await double.client.swapIndexes([{ indexes: ['y', 'x'], rename: false }]).waitTask();
    expect(task.error?.message).toBe('Indexes `x`, `y` not found.');
  });

  it('renames an index by a swap to a name that is free', async () => {
    const { client } = double;
    await client
      .index('a')
      .addDocuments([{ id: 1 }])
      .waitTask();
    await client.swapIndexes([{ indexes: ['a', 'b'], rename: true }]).waitTask();
    expect((await client.getRawIndexes()).results.map(({ uid }) => uid)).toEqual(['b']);
    await client.createIndex('a').waitTask();
    const taken = await client.swapIndexes([{ indexes: ['a', 'b'], rename: true }]).waitTask();
    expect(taken.error?.code).toBe('index_already_exists');
  });

  it('refuses at once a swap of one index, of three, and of the same one twice', async () => {
    const code = async (body: unknown) => (await double.raw('POST', '/swap-indexes', body)).body.code;
    expect(await code([{ indexes: ['a'] }])).toBe('invalid_swap_indexes');
    expect(await code([{ indexes: ['a', 'b', 'c'] }])).toBe('invalid_swap_indexes');
    expect(await code([{ indexes: ['a', 'a'] }])).toBe('invalid_swap_duplicate_index_found');
    expect(await code([{ indexes: ['a', 'b'] }, { indexes: ['b', 'c'] }])).toBe('invalid_swap_duplicate_index_found');
    expect(await code([{}])).toBe('missing_swap_indexes');
  });

  it('counts documents and fields', async () => {
    await double.client
      .index('a')
      .addDocuments([{ id: 1, title: 'x' }, { id: 2 }])
      .waitTask();
    expect(await double.client.index('a').getStats()).toMatchObject({
      numberOfDocuments: 2,
      isIndexing: false,
      fieldDistribution: { id: 2, title: 1 },
    });
    const stats = await double.client.getStats();
    expect([Object.keys(stats.indexes), stats.lastUpdate]).toEqual([['a'], expect.any(String)]);
  });
});
