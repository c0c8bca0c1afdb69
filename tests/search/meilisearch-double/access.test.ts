import { Meilisearch } from 'meilisearch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connected, codeOf, connect } from './connect.ts';

describe('the doors of the test double of Meilisearch', () => {
  let double: Connected;

  beforeEach(async () => {
    double = await connect({ maxPayloadBytes: 2_000 });
  });

  afterEach(async () => {
    await double.close();
  });

  function clientWith(key: string): Meilisearch {
    return new Meilisearch({ host: double.url, apiKey: key });
  }

  it('says that it is available, also without a key, and which version it plays', async () => {
    expect((await double.raw('GET', '/health', undefined, { authorization: '' })).body).toEqual({
      status: 'available',
    });
    expect((await double.client.getVersion()).pkgVersion).toBe('1.50.0');
  });

  it('tells every error with message, code, type and link', async () => {
    expect(await double.raw('GET', '/indexes/nowhere')).toMatchObject({
      status: 404,
      body: {
        message: 'Index `nowhere` not found.',
        code: 'index_not_found',
        type: 'invalid_request',
        link: 'https://docs.meilisearch.com/errors#index_not_found',
      },
    });
  });

  it('wants a key with 401 and refuses a wrong one with 403', async () => {
    const without = await fetch(`${double.url}/indexes`);
    expect([without.status, ((await without.json()) as { code: string }).code]).toEqual([
      401,
      'missing_authorization_header',
    ]);
    expect(await double.raw('GET', '/version', undefined, { authorization: 'Bearer wrong' })).toMatchObject({
      status: 403,
      body: { code: 'invalid_api_key', type: 'auth', message: 'The provided API key is invalid.' },
    });
  });

  it('is open without a master key, but for the keys', async () => {
    const open = await connect({ masterKey: null });
    expect((await fetch(`${open.url}/indexes`)).status).toBe(200);
    const keys = await fetch(`${open.url}/keys`);
    expect([keys.status, ((await keys.json()) as { code: string }).code]).toEqual([401, 'missing_master_key']);
    await open.close();
  });

  it('gives the same key for the same uid and master key', async () => {
    const uid = '6062abda-a5aa-4414-ac91-ecd7944c0f8d';
    const made = { uid, actions: ['search'], indexes: ['*'], expiresAt: null };
    const first = await double.raw('POST', '/keys', made);
    expect(first).toMatchObject({ status: 201, body: { name: null, uid, actions: ['search'], expiresAt: null } });
    expect((await double.raw('POST', '/keys', made)).body.code).toBe('api_key_already_exists');
    expect((await double.raw('DELETE', `/keys/${uid}`)).status).toBe(204);
    expect((await double.raw('POST', '/keys', made)).body.key).toBe(first.body.key);
  });

  it('changes the name of a key and nothing else', async () => {
    const { key } = await double.client.createKey({ actions: ['search'], indexes: ['a'], expiresAt: null });
    expect((await double.client.updateKey(key, { name: 'reader' })).name).toBe('reader');
    expect((await double.raw('PATCH', `/keys/${key}`, { actions: ['*'] })).body.code).toBe('immutable_api_key_actions');
    expect((await double.raw('POST', '/keys', { actions: ['search'], indexes: ['a'] })).body.code).toBe(
      'missing_api_key_expires_at',
    );
    expect((await double.client.getKeys()).results.map(({ name }) => name)).toEqual(['reader']);
    expect(await codeOf(double.client.getKey('unknown'))).toBe('api_key_not_found');
  });

  it('lets a key do its actions in its indexes and no more', async () => {
    await double.client.createIndex('demands_1').waitTask();
    await double.client.createIndex('results').waitTask();
    const { key } = await double.client.createKey({
      actions: ['search', 'indexes.get', 'tasks.get', 'indexes.swap'],
      indexes: ['demands*'],
      expiresAt: null,
    });
    const reader = clientWith(key);
    expect((await reader.index('demands_1').search('')).hits).toEqual([]);
    expect(await codeOf(reader.index('demands_1').getSettings())).toBe('invalid_api_key');
    await expect(reader.index('results').search('')).rejects.toThrow('cannot acces the index `results`');
    await expect(reader.multiSearch({ queries: [{ indexUid: 'results' }] })).rejects.toThrow('acces');
    expect(await codeOf(reader.swapIndexes([{ indexes: ['demands_1', 'results'], rename: false }]))).toBe(
      'invalid_api_key',
    );
    expect((await reader.getRawIndexes()).results.map(({ uid }) => uid)).toEqual(['demands_1']);
    expect((await reader.tasks.getTasks()).results.map(({ indexUid }) => indexUid)).toEqual(['demands_1']);
    expect(await codeOf(reader.tasks.getTask(1))).toBe('task_not_found');
  });

  it('refuses a key after its end', async () => {
    const { key } = await double.client.createKey({
      actions: ['*'],
      indexes: ['*'],
      expiresAt: new Date(Date.now() - 1_000),
    });
    expect(await codeOf(clientWith(key).getStats())).toBe('invalid_api_key');
  });

  it('makes no index for a key that may not make indexes', async () => {
    const { key } = await double.client.createKey({
      actions: ['documents.add', 'tasks.get'],
      indexes: ['*'],
      expiresAt: null,
    });
    const task = await clientWith(key)
      .index('fresh')
      .addDocuments([{ id: 1 }])
      .waitTask();
    expect([task.status, task.error?.code]).toEqual(['failed', 'index_not_found']);
  });

  it('refuses fields and parameters that it does not know', async () => {
    for (const [method, path, body] of [
      ['POST', '/indexes', { uid: 'a', colour: 'red' }],
      ['POST', '/indexes', { uid: 'a', constructor: 'red' }],
      ['POST', '/indexes/a/search', { query: 'a' }],
      ['PATCH', '/indexes/a/settings', { searchable: [] }],
      ['PATCH', '/indexes/a/settings', { pagination: { most: 1 } }],
      ['POST', '/multi-search', { queries: [{ indexUid: 'a', query: 'a' }] }],
      ['POST', '/swap-indexes', [{ indexes: ['a', 'b'], move: true }]],
      ['POST', '/indexes/a/documents?batch=1', []],
      ['GET', '/tasks?status=failed', undefined],
      ['GET', '/indexes?page=2', undefined],
    ] as const) {
      const reply = await double.raw(method, path, body);
      expect([reply.status, reply.body.code], path).toEqual([400, 'bad_request']);
      expect(reply.body.message, path).toMatch(/^Unknown (field|parameter) `.*expected one of `/u);
    }
  });

  it('names the place and the kind of a wrong value', async () => {
    const search = await double.raw('POST', '/indexes/a/search', { offset: 'doggo' });
    expect(search.body).toMatchObject({
      code: 'invalid_search_offset',
      message: 'Invalid value type at `.offset`: expected a positive integer, but found a string: `"doggo"`',
    });
    expect((await double.raw('POST', '/indexes/a/search', { matchingStrategy: 'doggo' })).body).toMatchObject({
      code: 'invalid_search_matching_strategy',
      message: 'Unknown value `doggo` at `.matchingStrategy`: expected one of `last`, `all`, `frequency`',
    });
    expect((await double.raw('GET', '/indexes?limit=doggo')).body).toMatchObject({
      code: 'invalid_index_limit',
      message: 'Invalid value in parameter `limit`: could not parse `doggo` as a positive integer',
    });
    expect((await double.raw('POST', '/indexes', {})).body.code).toBe('missing_index_uid');
    expect((await double.raw('POST', '/indexes', { uid: 'a b' })).body.code).toBe('invalid_index_uid');
    expect((await double.raw('GET', '/indexes/a%20b')).body.code).toBe('invalid_index_uid');
  });

  it('refuses bodies that are missing, broken, of another type or too long', async () => {
    const add = async (body: string, type?: string) => {
      const headers = type === undefined ? {} : { 'content-type': type };
      const { status, body: told } = await double.raw('POST', '/indexes/a/documents', body, headers);
      return [status, told.code];
    };
    expect(await add('')).toEqual([400, 'missing_payload']);
    expect(await add('[{"id":1}')).toEqual([400, 'malformed_payload']);
    expect(await add('[1]')).toEqual([400, 'malformed_payload']);
    expect(await add('{}', 'text/xml')).toEqual([415, 'invalid_content_type']);
    expect(await add(JSON.stringify([{ id: 1, text: 'x'.repeat(2_000) }]))).toEqual([413, 'payload_too_large']);
    expect(await add('{"id":1}\n{"id":2}\n', 'application/x-ndjson')).toEqual([202, undefined]);
    expect((await double.raw('POST', '/indexes/a/search', '{"q":')).body.code).toBe('malformed_payload');
    expect((await double.raw('POST', '/indexes/a/search', { q: 'half \ud800' })).body.code).toBe('malformed_payload');
    expect(await add('[{"id":1,"title":"half \\udfff"}]')).toEqual([400, 'malformed_payload']);
    expect(await add('[{"id":1,"title":"\\ud842\\udfb7"}]')).toEqual([202, undefined]);
  });

  it('answers 404 and 405 without a body where it has no route', async () => {
    expect(await double.raw('GET', '/nowhere')).toMatchObject({ status: 404, body: undefined });
    expect(await double.raw('PUT', '/indexes', [])).toMatchObject({ status: 405, body: undefined });
  });

  it('answers 501 to what it does not emulate, and does not close quietly after that', async () => {
    const other = await connect();
    await other.client.createIndex('a').waitTask();
    for (const [method, path, body] of [
      ['GET', '/batches', undefined],
      ['POST', '/dumps', undefined],
      ['GET', '/indexes/a/search?q=x', undefined],
      ['POST', '/indexes/a/similar', { id: 1, embedder: 'x' }],
      ['POST', '/indexes/a/search', { hybrid: { embedder: 'x' } }],
      ['POST', '/indexes/a/search', { filter: '_geoRadius(1, 2, 3)' }],
      ['PATCH', '/indexes/a/settings', { embedders: { x: { source: 'userProvided', dimensions: 3 } } }],
      ['POST', '/multi-search', { federation: {}, queries: [] }],
    ] as const)
      expect((await other.raw(method, path, body)).status, path).toBe(501);
    expect(other.control.notEmulated).toHaveLength(8);
    await expect(other.close()).rejects.toThrow('GET /batches');
  });
});
