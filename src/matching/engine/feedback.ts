import { parameters } from './parameters.ts';
import type { Concept } from './query.ts';
import type { SegmentReader } from './segment-reader.ts';
import { TokenBuffer } from './token-buffer.ts';

export type FoundDocument = { reader: SegmentReader; document: number };

type AskedConcept = { concept: Concept; weight: number };

/**
 * Weighs the query anew after a first look at the best documents (best first): a word that they share brought them here and
 * has done its work; what is left to decide is which of them has the rest. Pairs keep their weight, they are rare enough.
 * Undefined when there is nothing to learn: too few documents, or they share too little of the query to be about one thing.
 * The opposite, adding what the best documents share (RM3, Rocchio), was measured, too: docs/adr/0006.
 */
export function discountShared(
  asked: readonly AskedConcept[],
  best: readonly FoundDocument[],
): AskedConcept[] | undefined {
  const { documents, discount, leastShare } = parameters.feedback;
  if (best.length < documents) {
    return undefined;
  }
  const holders = holdersOf(asked, best.slice(0, documents));
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
function holdersOf(asked: readonly AskedConcept[], best: readonly FoundDocument[]): Map<number, number> {
  const holders = new Map<number, number>();
  for (const { concept } of asked) {
    for (const { ids } of concept.kind === 'pair' ? [] : concept.members) {
      for (const id of ids) {
        holders.set(id, 0);
      }
    }
  }
  const idsByReader = new Map<SegmentReader, WordIds>();
  best.forEach(({ reader, document }, at) => {
    const ids = idsByReader.get(reader) ?? new WordIds(reader, holders.keys());
    idsByReader.set(reader, ids);
    reader.readTokens(document, buffer);
    for (let token = 0; token < buffer.count; token++) {
      const id = ids.of((buffer.tokens[token] as number) >>> 1);
      if (id !== undefined) {
        holders.set(id, (holders.get(id) ?? 0) | (1 << at));
      }
    }
  });
  return holders;
}

const buffer = new TokenBuffer();
const filterBits = 10;
const filterMask = 2 ** filterBits - 1;

/** The words of a query by their numbers in one segment. Almost every word of a document is another: a table says so first. */
class WordIds {
  private readonly mayBe = new Uint8Array(2 ** filterBits);
  private readonly ids = new Map<number, number>();

  constructor(reader: SegmentReader, ids: Iterable<number>) {
    for (const id of ids) {
      const number = reader.termNumber(id);
      if (number >= 0) {
        this.mayBe[number & filterMask] = 1;
        this.ids.set(number, id);
      }
    }
  }

  of(number: number): number | undefined {
    return this.mayBe[number & filterMask] === 1 ? this.ids.get(number) : undefined;
  }
}

/** The share of the documents that hold any of the concept's members. */
function shareHolding({ members }: Concept, holders: ReadonlyMap<number, number>): number {
  let any = 0;
  for (const { ids } of members) {
    let all = ids.length > 0 ? -1 : 0;
    for (const id of ids) {
      all &= holders.get(id) ?? 0;
    }
    any |= all;
  }
  let holding = 0;
  for (let left = any; left !== 0; left &= left - 1) {
    holding++;
  }
  return holding / parameters.feedback.documents;
}
