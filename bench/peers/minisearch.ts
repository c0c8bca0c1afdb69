import MiniSearch from 'minisearch';
import type { BenchText } from '../quality/files.ts';
import type { Peer } from './peer.ts';

/** As it comes: fields title and text, BM25+, whole words, no stems; any word counts. It always ranks all that it finds. */
export function createMiniSearch(): Peer {
  const index = new MiniSearch<BenchText>({ fields: ['title', 'text'] });
  return {
    add: (documents) => index.addAll(documents),
    search: (words, limit) =>
      index
        .search(words, { combineWith: 'OR' })
        .slice(0, limit)
        .map(({ id }) => id),
  };
}
