import { create, insertMultiple, search } from '@orama/orama';
import type { Peer } from './peer.ts';

/**
 * As it comes: fields title and text, BM25, English tokenizer, no stems. Threshold 1 means any word. Words match as prefixes: its
 * `exact` would ask for the whole demand as one phrase; all synthetic words are of one length, so there it makes no difference.
 */
export function createOrama(): Peer {
  const database = create({ schema: { title: 'string', text: 'string' } });
  return {
    add: async (documents) => {
      await insertMultiple(database, [...documents], documents.length);
    },
    search: async (words, limit) => {
      const found = await search(database, { term: words, properties: ['title', 'text'], threshold: 1, limit });
      return found.hits.map(({ id }) => id);
    },
  };
}
