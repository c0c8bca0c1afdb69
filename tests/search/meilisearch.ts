import { randomBytes } from 'node:crypto';
import { Meilisearch } from 'meilisearch';
import { pino } from 'pino';
import { loadTechnicalTerms } from '../../db/seed/dictionary.ts';
import { analyse } from '../../src/matching/engine/analysis.ts';
import {
  createMeilisearchSearch,
  type MeilisearchOptions,
  type MeilisearchSearch,
} from '../../src/search/meilisearch/adapter.ts';
import { synonymsOf } from '../../src/search/meilisearch/synonyms.ts';
import { startMeilisearchDouble } from '../setup/meilisearch/server.ts';

interface MeilisearchUnderTest {
  index: MeilisearchSearch;
  /** Removes its indexes, or the double with them. */
  close(): Promise<void>;
}

export type AdapterOptions = Partial<Omit<MeilisearchOptions, 'url' | 'key'>>;

export function adapterOf(url: string, key: string, options: AdapterOptions = {}): MeilisearchSearch {
  return createMeilisearchSearch({ url, key, analyse, log: pino({ level: 'silent' }), ...options });
}

/** The server that MEILI_URL names, under index names of our own; without one, the double. */
export async function meilisearchUnderTest(): Promise<MeilisearchUnderTest> {
  const { MEILI_URL: url, MEILI_KEY: key = '' } = process.env;
  // A few: the double reads them all again for each question.
  const synonyms = synonymsOf(loadTechnicalTerms().slice(0, 20));
  if (url === undefined || url === '') {
    const double = await startMeilisearchDouble();
    return { index: adapterOf(double.url, double.masterKey, { synonyms }), close: double.close };
  }
  const prefix = `duijie_test_${randomBytes(4).toString('hex')}`;
  return {
    index: adapterOf(url, key, { prefix, synonyms }),
    close: async () => {
      const client = new Meilisearch({ host: url, apiKey: key });
      const { results } = await client.getRawIndexes({ limit: 1_000 });
      for (const { uid } of results) if (uid.startsWith(prefix)) await client.deleteIndex(uid).waitTask();
    },
  };
}
