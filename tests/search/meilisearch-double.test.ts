import { Meilisearch } from 'meilisearch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MeilisearchDouble, startMeilisearchDouble } from '../setup/meilisearch/server.ts';

describe('the test double of Meilisearch', () => {
  let double: MeilisearchDouble;
  let client: Meilisearch;

  beforeAll(async () => {
    double = await startMeilisearchDouble();
    client = new Meilisearch({ host: double.url, apiKey: double.masterKey });
  });

  afterAll(async () => {
    await double?.close();
  });

  it('says that it is available, and that it is a version of 1.50', async () => {
    expect(await client.health()).toEqual({ status: 'available' });
    expect((await client.getVersion()).pkgVersion).toBe('1.50.0');
  });
});
