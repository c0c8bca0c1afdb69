import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connected, codeOf, connect } from './connect.ts';

type Row = Record<string, unknown>;

describe('the documents of the test double of Meilisearch', () => {
  let double: Connected;

  beforeEach(async () => {
    double = await connect();
  });

  afterEach(async () => {
    await double.close();
  });

  const index = () => double.client.index<Row>('a');
  const all = async () => (await index().getDocuments()).results;

  it('replaces a whole document by POST and its top-level fields by PUT', async () => {
    await index()
      .addDocuments([{ id: 1, title: 'old', kept: true, more: { a: 1, b: 2 } }])
      .waitTask();
    await index()
      .updateDocuments([{ id: 1, title: 'new', more: { a: 3 } }])
      .waitTask();
    expect(await all()).toEqual([{ id: 1, title: 'new', kept: true, more: { a: 3 } }]);
    await index()
      .addDocuments([{ id: 1, year: 2026 }])
      .waitTask();
    expect(await all()).toEqual([{ id: 1, year: 2026 }]);
  });

  it('takes the last of documents with the same id, and a number and its text as the same id', async () => {
    const task = await index()
      .addDocuments([
        { id: 1, title: 'first' },
        { id: '1', title: 'last' },
      ])
      .waitTask();
    expect(task.details).toEqual({ receivedDocuments: 2, indexedDocuments: 2 });
    expect(await all()).toEqual([{ id: '1', title: 'last' }]);
  });

  it('writes nothing at all when one document is bad', async () => {
    await double.client.createIndex('a', { primaryKey: 'id' }).waitTask();
    for (const [bad, code] of [
      [{ id: 'a b' }, 'invalid_document_id'],
      [{ id: '铟' }, 'invalid_document_id'],
      [{ id: 1.5 }, 'invalid_document_id'],
      [{ id: null }, 'invalid_document_id'],
      [{ id: 'x'.repeat(512) }, 'invalid_document_id'],
      [{ title: 'x' }, 'missing_document_id'],
    ] as const)
      expect(
        (
          await index()
            .addDocuments([{ id: 1 }, bad])
            .waitTask()
        ).error?.code,
      ).toBe(code);
    expect(await all()).toEqual([]);
    expect(
      (
        await index()
          .addDocuments([{ id: `a-B_9${'x'.repeat(506)}` }, { id: -1 }])
          .waitTask()
      ).status,
    ).toBe('succeeded');
  });

  it('finds the primary key by itself only when one field ends with id', async () => {
    const key = async (uid: string, document: Row) => {
      const task = await double.client.index(uid).addDocuments([document]).waitTask();
      return task.error?.code ?? (await double.client.getRawIndex(uid)).primaryKey;
    };
    expect(await key('one', { demandId: 1, title: 'x' })).toBe('demandId');
    expect(await key('none', { title: 'x' })).toBe('index_primary_key_no_candidate_found');
    expect(await key('two', { id: 1, ownerId: 2 })).toBe('index_primary_key_multiple_candidates_found');
  });

  it('keeps the primary key that it has', async () => {
    await index()
      .addDocuments([{ sku: 1 }], { primaryKey: 'sku' })
      .waitTask();
    const other = await index()
      .addDocuments([{ id: 1 }], { primaryKey: 'id' })
      .waitTask();
    expect(other.error?.code).toBe('index_primary_key_already_exists');
  });

  it('takes one document alone, an empty list, and with skipCreation only documents that are there', async () => {
    expect((await double.raw('POST', '/indexes/a/documents', { id: 1 })).status).toBe(202);
    expect((await index().addDocuments([]).waitTask()).status).toBe('succeeded');
    const { body } = await double.raw('PUT', '/indexes/a/documents?skipCreation=true', [{ id: 1, n: 1 }, { id: 2 }]);
    await double.client.tasks.waitForTask(body.taskUid);
    expect(await all()).toEqual([{ id: 1, n: 1 }]);
  });

  it('deletes by id, by ids and all, and counts only what was there', async () => {
    await index()
      .addDocuments([1, 2, 3, 4].map((id) => ({ id })))
      .waitTask();
    expect((await index().deleteDocument(1).waitTask()).details).toEqual({
      providedIds: 1,
      deletedDocuments: 1,
      originalFilter: null,
    });
    expect((await index().deleteDocuments(['1', '2', 'never']).waitTask()).details).toMatchObject({
      providedIds: 3,
      deletedDocuments: 1,
    });
    expect((await index().deleteAllDocuments().waitTask()).details).toMatchObject({ deletedDocuments: 2 });
    expect(await all()).toEqual([]);
  });

  it('deletes by filter', async () => {
    await index().updateFilterableAttributes(['year']).waitTask();
    await index()
      .addDocuments([
        { id: 1, year: 2001 },
        { id: 2, year: 2026 },
      ])
      .waitTask();
    const task = await index().deleteDocuments({ filter: 'year < 2020' }).waitTask();
    expect(task.details).toEqual({ providedIds: 0, deletedDocuments: 1, originalFilter: '"year < 2020"' });
    expect((await all()).map(({ id }) => id)).toEqual([2]);
  });

  it('refuses a broken or empty filter of a deletion at once, and a field that cannot be filtered in the task', async () => {
    await index()
      .addDocuments([{ id: 1 }])
      .waitTask();
    const broken = await double.raw('POST', '/indexes/a/documents/delete', { filter: 'id = ' });
    expect([broken.status, broken.body.code]).toEqual([400, 'invalid_document_filter']);
    expect((await double.raw('POST', '/indexes/a/documents/delete', { filter: ' ' })).body).toMatchObject({
      code: 'invalid_document_filter',
      message: 'Sending an empty filter is forbidden.',
    });
    expect((await double.raw('POST', '/indexes/a/documents/delete', {})).body).toMatchObject({
      code: 'missing_document_filter',
      message: 'Missing field `filter`',
    });
    const task = await index().deleteDocuments({ filter: 'year = 1' }).waitTask();
    expect([task.status, task.error?.code]).toEqual(['failed', 'invalid_document_filter']);
  });

  it('reads documents by id with the fields that are asked', async () => {
    await index()
      .addDocuments([{ id: 'x-1', title: 't', nested: { a: 1, b: 2 } }])
      .waitTask();
    expect(await index().getDocument('x-1', { fields: ['id', 'nested.a'] })).toEqual({ id: 'x-1', nested: { a: 1 } });
    expect(await codeOf(index().getDocument('x-2'))).toBe('document_not_found');
    expect(await codeOf(double.client.index('none').getDocument(1))).toBe('index_not_found');
  });

  it('scans to the end, past maxTotalHits, whatever is displayed in a search', async () => {
    await index()
      .updateSettings({ pagination: { maxTotalHits: 2 }, displayedAttributes: ['id'] })
      .waitTask();
    await index()
      .addDocuments([1, 2, 3, 4, 5].map((id) => ({ id, version: id })))
      .waitTask();
    expect(await index().getDocuments({ offset: 3, limit: 5, fields: ['version'] })).toEqual({
      results: [{ version: 4 }, { version: 5 }],
      offset: 3,
      limit: 5,
      total: 5,
    });
    expect(await index().getDocuments({ ids: ['2', '4', '9'], fields: ['id'] })).toMatchObject({ total: 2 });
  });

  it('scans by filter and in an order, where the settings let it', async () => {
    await index()
      .updateSettings({ filterableAttributes: ['n'], sortableAttributes: ['n'] })
      .waitTask();
    await index()
      .addDocuments([1, 2, 3].map((n) => ({ id: n, n })))
      .waitTask();
    const { results } = await index().getDocuments({ filter: ['n > 1'], sort: ['n:desc'] });
    expect(results.map(({ id }) => id)).toEqual([3, 2]);
    expect(await codeOf(index().getDocuments({ filter: 'm = 1' }))).toBe('invalid_document_filter');
    expect(await codeOf(index().getDocuments({ sort: ['m:asc'] }))).toBe('invalid_document_sort');
  });

  it('gives the place of a deleted document to the next new one', async () => {
    await index()
      .addDocuments([1, 2, 3].map((id) => ({ id })))
      .waitTask();
    await index().deleteDocument(2).waitTask();
    await index()
      .addDocuments([{ id: 4 }, { id: 5 }])
      .waitTask();
    expect((await all()).map(({ id }) => id)).toEqual([1, 4, 3, 5]);
  });
});
