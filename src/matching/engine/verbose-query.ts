import type { LengthNorms } from './length-norms.ts';
import { parameters } from './parameters.ts';
import type { PreparedQuery } from './query.ts';
import type { FieldLengths } from './term-counts.ts';
import type { SearchHit } from './types.ts';

/** What the preference for short documents asks of the index. */
export type LengthReader = {
  readonly norms: LengthNorms;
  documentLengths(id: string): FieldLengths | undefined;
};

/** 0 for a query of ordinary length, 1 for one of a page: how much long documents are held back. */
export function verbosity({ concepts }: PreparedQuery): number {
  const { shortWords, longWords } = parameters.verbose;
  const words = concepts.filter(({ kind }) => kind === 'word').length;
  return Math.min(1, Math.max(0, (words - shortWords) / (longWords - shortWords)));
}

/** Ranks the candidates of a verbose query anew, long bodies held back; equal scores by id. */
export function holdBackLong(candidates: readonly SearchHit[], verbosity: number, index: LengthReader): SearchHit[] {
  const { exponent, maxRatio } = parameters.verbose;
  const meanLength = index.norms.means[2];
  return candidates
    .map(({ id, score }) => {
      const ratio = (index.documentLengths(id)?.[2] ?? meanLength) / meanLength;
      return { id, score: score * Math.min(maxRatio, Math.max(1 / maxRatio, ratio)) ** (-exponent * verbosity) };
    })
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
