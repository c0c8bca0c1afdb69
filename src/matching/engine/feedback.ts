import type { DocumentTerm } from './inverted-index.ts';
import { parameters } from './parameters.ts';
import type { Concept } from './query.ts';

/** What feedback asks of the index about single documents. */
export type DocumentReader = {
  documentTerms(id: string): readonly DocumentTerm[] | undefined;
  termId(term: string): number;
};

type AskedConcept = { concept: Concept; weight: number };

/**
 * Weighs the query anew after a first look at the best documents (ids, best first): a word that they share brought them here and
 * has done its work; what is left to decide is which of them has the rest. Pairs keep their weight, they are rare enough.
 * The opposite, adding what the best documents share (RM3, Rocchio), was measured, too: docs/adr/0006.
 */
export function discountShared(
  asked: readonly AskedConcept[],
  best: readonly string[],
  index: DocumentReader,
): readonly AskedConcept[] {
  const { documents, discount } = parameters.feedback;
  if (best.length < documents) {
    return asked;
  }
  const read = best.slice(0, documents).map((id) => new Set(index.documentTerms(id)?.map(({ termId }) => termId)));
  return asked.map(({ concept, weight }) => {
    if (concept.kind === 'pair') {
      return { concept, weight };
    }
    const members = concept.members.map(({ terms }) => terms.map((term) => index.termId(term)));
    const holding = read.filter((words) => members.some((terms) => terms.every((term) => words.has(term)))).length;
    return { concept, weight: weight * (1 - (discount * holding) / documents) };
  });
}
