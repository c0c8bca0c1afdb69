import { parameters } from './parameters.ts';
import type { Concept } from './query.ts';
import { termId } from './term-id.ts';
import type { DocumentTerm } from './types.ts';

/** What feedback asks of the index about single documents. */
export type DocumentReader = {
  documentTerms(id: string): readonly DocumentTerm[] | undefined;
};

type AskedConcept = { concept: Concept; weight: number };

/**
 * Weighs the query anew after a first look at the best documents (ids, best first): a word that they share brought them here and
 * has done its work; what is left to decide is which of them has the rest. Pairs keep their weight, they are rare enough.
 * Undefined when there is nothing to learn: too few documents, or they share too little of the query to be about one thing.
 * The opposite, adding what the best documents share (RM3, Rocchio), was measured, too: docs/adr/0006.
 */
export function discountShared(
  asked: readonly AskedConcept[],
  best: readonly string[],
  index: DocumentReader,
): AskedConcept[] | undefined {
  const { documents, discount, leastShare } = parameters.feedback;
  if (best.length < documents) {
    return undefined;
  }
  const holders = holdersOf(asked, best.slice(0, documents), index);
  let whole = 0;
  let shared = 0;
  const weighed = asked.map(({ concept, weight }) => {
    const share = concept.kind === 'pair' ? 0 : shareHolding(concept, holders);
    whole += share > 0 ? weight : 0;
    shared += weight * share;
    return { concept, weight: weight * (1 - discount * share) };
  });
  return shared > 0 && shared >= leastShare * whole ? weighed : undefined;
}

/** Which of the documents hold each word of the query: a bit for each document. */
function holdersOf(asked: readonly AskedConcept[], ids: readonly string[], index: DocumentReader): Map<number, number> {
  const holders = new Map<number, number>();
  for (const { concept } of asked) {
    for (const { terms } of concept.kind === 'pair' ? [] : concept.members) {
      for (const term of terms) {
        holders.set(termId(term), 0);
      }
    }
  }
  ids.forEach((id, at) => {
    for (const found of index.documentTerms(id) ?? []) {
      const known = holders.get(found.termId);
      if (known !== undefined) {
        holders.set(found.termId, known | (1 << at));
      }
    }
  });
  return holders;
}

/** The share of the documents that hold any of the concept's members. */
function shareHolding({ members }: Concept, holders: ReadonlyMap<number, number>): number {
  let any = 0;
  for (const { terms } of members) {
    let all = terms.length > 0 ? -1 : 0;
    for (const term of terms) {
      all &= holders.get(termId(term)) ?? 0;
    }
    any |= all;
  }
  let holding = 0;
  for (let left = any; left !== 0; left &= left - 1) {
    holding++;
  }
  return holding / parameters.feedback.documents;
}
