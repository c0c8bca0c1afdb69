import { Index } from 'flexsearch';
import type { Peer } from './peer.ts';

/**
 * As it comes (whole words, its own scoring by position), title and text as one field, which is its faster form; `suggest` means
 * any word. It keeps numbers better than texts as ids.
 */
export function createFlexSearch(): Peer {
  const index = new Index({ tokenize: 'strict' });
  const ids: string[] = [];
  return {
    add: (documents) => {
      for (const { id, title, text } of documents) {
        index.add(ids.push(id) - 1, `${title} ${text}`);
      }
    },
    search: (words, limit) => index.search(words, { limit, suggest: true }).map((at) => ids[Number(at)] ?? ''),
  };
}
