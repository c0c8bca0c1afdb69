import { Meilisearch, MeilisearchApiError, MeilisearchRequestError, MeilisearchTaskTimeOutError } from 'meilisearch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connected, connect } from './connect.ts';

describe('the faults of the test double of Meilisearch', () => {
  let double: Connected;

  beforeEach(async () => {
    double = await connect();
  });

  afterEach(async () => {
    await double.close();
  });

  it('answers 503 with a time to come back, so many times', async () => {
    double.control.respond({ status: 503, retryAfterSeconds: 10 }, { times: 2 });
    const refused = await double.raw('GET', '/indexes');
    expect([refused.status, refused.headers.get('retry-after'), refused.body.code]).toEqual([
      503,
      '10',
      'too_many_search_requests',
    ]);
    await expect(double.client.getRawIndexes()).rejects.toBeInstanceOf(MeilisearchApiError);
    expect((await double.client.getRawIndexes()).total).toBe(0);
  });

  it('answers faults to some methods and paths only, until they are cleared', async () => {
    double.control.respond({ status: 413 }, { method: 'POST', path: /\/documents$/u });
    for (let at = 0; at < 3; at += 1)
      await expect(double.client.index('a').addDocuments([{ id: 1 }])).rejects.toMatchObject({
        cause: { code: 'payload_too_large' },
      });
    expect(await double.client.isHealthy()).toBe(true);
    double.control.clearFaults();
    expect(
      (
        await double.client
          .index('a')
          .addDocuments([{ id: 1 }])
          .waitTask()
      ).status,
    ).toBe('succeeded');
  });

  it("answers with a proxy's page, which the client fails to parse", async () => {
    double.control.respond('html-502', { times: 1 });
    await expect(double.client.getRawIndexes()).rejects.toBeInstanceOf(SyntaxError);
  });

  it('cuts the connection before the work, or after it', async () => {
    double.control.respond('reset', { times: 1 });
    await expect(double.client.createIndex('a')).rejects.toBeInstanceOf(MeilisearchRequestError);
    expect((await double.client.tasks.getTasks()).total).toBe(0);
    double.control.respond('lost', { times: 1 });
    await expect(double.client.createIndex('a')).rejects.toBeInstanceOf(MeilisearchRequestError);
    expect((await double.client.tasks.getTasks()).total).toBe(1);
  });

  it('is silent, and late, for a client with a time limit', async () => {
    const hurried = new Meilisearch({ host: double.url, apiKey: double.masterKey, timeout: 50 });
    double.control.respond('hang', { times: 1 });
    await expect(hurried.getRawIndexes()).rejects.toBeInstanceOf(MeilisearchRequestError);
    double.control.respond({ delayMs: 20 }, { times: 1 });
    expect((await double.client.getRawIndexes()).total).toBe(0);
  });

  it('keeps a task from ending until the client has had enough', async () => {
    double.control.hold();
    const waiting = double.client.createIndex('a').waitTask({ timeout: 50, interval: 10 });
    await expect(waiting).rejects.toBeInstanceOf(MeilisearchTaskTimeOutError);
  });

  it('keeps a log of what was sent, of faults, too', async () => {
    await double.client.index('a').addDocuments([{ id: 1 }], { primaryKey: 'id' });
    double.control.respond({ status: 500 }, { times: 1 });
    await expect(double.client.health()).rejects.toThrow();
    expect(double.control.requests).toEqual([
      { method: 'POST', path: '/indexes/a/documents', query: '?primaryKey=id', bodyBytes: 10, body: '[{"id":1}]' },
      { method: 'GET', path: '/health', query: '', bodyBytes: 0, body: '' },
    ]);
  });
});
