import { type WeightedConcept, wholeWeight } from './index-query.ts';
import { openCursor } from './open-cursor.ts';
import type { SearchLists, SegmentReader } from './segment-reader.ts';
import { byRank, type RankedDocument } from './top-documents.ts';

type Change = { at: number; difference: number };

/**
 * Ranks documents of one search anew, under other weights of the same concepts: each gets exactly the points that a search with
 * these weights gives it. Only the changed concepts are looked up, in the lists that the search used.
 */
export function rescore(
  found: readonly RankedDocument[],
  before: readonly WeightedConcept[],
  after: readonly WeightedConcept[],
  lists: SearchLists,
): RankedDocument[] {
  const changes = before.flatMap(({ weight }, at): Change[] => {
    const difference = wholeWeight(after[at]?.weight ?? 0) - wholeWeight(weight);
    return difference === 0 ? [] : [{ at, difference }];
  });
  const byReader = new Map<SegmentReader, RankedDocument[]>();
  for (const ranked of found) {
    const group = byReader.get(ranked.reader);
    if (group === undefined) {
      byReader.set(ranked.reader, [ranked]);
    } else {
      group.push(ranked);
    }
  }
  const rescored: RankedDocument[] = [];
  for (const [reader, group] of byReader) {
    group.sort((a, b) => a.document - b.document);
    const documents = Uint32Array.from(group, ({ document }) => document);
    const scores = Float64Array.from(group, ({ score }) => score);
    for (const { at, difference } of changes) {
      const list = lists.get(reader)?.[at];
      if (list !== undefined) {
        openCursor(reader, { list, weight: difference }).lookUp(
          documents,
          scores,
          group.length,
          Number.NEGATIVE_INFINITY,
        );
      }
    }
    group.forEach((ranked, at) => {
      rescored.push({ ...ranked, score: scores[at] as number });
    });
  }
  return rescored.sort(byRank);
}
