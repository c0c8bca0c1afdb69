import { discountShared } from './feedback.ts';
import { scoreUnits } from './index-query.ts';
import type { IndexReader } from './index-reader.ts';
import { parameters } from './parameters.ts';
import type { PreparedQuery } from './query.ts';
import { rescore } from './rescore.ts';
import type { SearchLists } from './segment-reader.ts';
import type { SearchHit, SearchOptions } from './types.ts';
import { holdBackLong, verbosity } from './verbose-query.ts';

/**
 * The best documents of a search say which words do not tell them apart; where that says something, the candidates are ranked anew
 * with the words' new weights. Weights only fall, so no document that was not a candidate gains any points.
 */
export function searchIndex(index: IndexReader, query: PreparedQuery, options: SearchOptions): SearchHit[] {
  const wanted = Math.max(0, options.limit);
  const held = verbosity(query);
  const limit = held > 0 ? Math.max(parameters.verbose.candidates, 2 * wanted) : wanted;
  const depth = Math.max(parameters.feedback.candidates, limit);
  const asked = query.concepts.map((concept) => ({ concept, weight: concept.weight }));
  const lists: SearchLists = new Map();
  const first = index.search(asked, { ...options, limit: depth, lists });
  const weighed = discountShared(asked, first);
  const ranked = weighed === undefined ? first : rescore(first, asked, weighed, lists);
  const found = ranked.slice(0, limit).map(({ id, score }) => ({ id, score: score / scoreUnits }));
  return held > 0 ? holdBackLong(found, held, index).slice(0, wanted) : found;
}
