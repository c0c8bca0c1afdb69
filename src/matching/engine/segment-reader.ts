import { type LengthNorms, occurrenceWeights, saturate, weightedFrequency } from './length-norms.ts';
import { lowerBound, type Segment } from './segment.ts';
import { type FieldLengths, smallerCounts } from './term-counts.ts';

/** Saturated frequencies (0–1) are kept as whole numbers: sums of whole numbers are exact, in whatever order they are added. */
export const impactScale = 65_535;

/** Documents of a segment, ascending from `start` to `end`, and what the term (or concept) is worth in each. */
export type PostingList = {
  documents: Uint32Array;
  impacts: Uint16Array;
  start: number;
  end: number;
  maxImpact: number;
  /** Documents that are not gone, as of the time when `deadSeen` were. */
  live: number;
  deadSeen: number;
};

/** Several terms that all must occur, by number; `weight` of their occurrences relative to those of one word. */
export type Member = { terms: readonly number[]; weight: number };

/** Postings made for queries are kept up to this number, then made anew when asked for. */
const maxKeptPostings = 4_000_000;
const maxKeptLists = 100_000;

/** A segment with what changes about it: documents that are gone, and impacts under the current mean lengths. */
export class SegmentReader {
  readonly segment: Segment;
  deadCount = 0;
  private readonly dead: Uint8Array;
  private readonly impacts: Uint16Array;
  private norms: LengthNorms;
  private occurrences: Float32Array;
  private readonly termLists = new Map<number, PostingList>();
  private readonly conceptLists = new Map<string, PostingList>();
  private keptPostings = 0;

  constructor(segment: Segment, norms: LengthNorms) {
    this.segment = segment;
    this.dead = new Uint8Array(segment.ids.length);
    this.impacts = new Uint16Array(segment.documents.length);
    this.norms = norms;
    this.occurrences = new Float32Array(0);
  }

  get size(): number {
    return this.segment.ids.length;
  }

  isDead(document: number): boolean {
    return this.dead[document] === 1;
  }

  kill(document: number): void {
    this.dead[document] = 1;
    this.deadCount++;
  }

  /** Under other mean lengths everything is worth something else. */
  setNorms(norms: LengthNorms): void {
    if (norms.key !== this.norms.key) {
      this.norms = norms;
      this.occurrences = new Float32Array(0);
      this.forgetLists();
    }
  }

  /** The documents with a term; undefined if there is none. */
  termList(term: number): PostingList | undefined {
    let list = this.termLists.get(term);
    if (list === undefined) {
      const at = this.find(term);
      if (at < 0) {
        return undefined;
      }
      list = this.makeTermList(at);
      this.keepWithinBounds();
      this.termLists.set(term, list);
    }
    return this.withLiveCount(list);
  }

  /** The documents with any of the members, whose counts are added up before they saturate. `key` names the members. */
  conceptList(key: string, members: readonly Member[]): PostingList | undefined {
    const [only] = members;
    if (members.length === 1 && only?.terms.length === 1 && only.weight === 1) {
      return this.termList(only.terms[0] ?? -1);
    }
    let list = this.conceptLists.get(key);
    if (list === undefined) {
      list = this.makeConceptList(members);
      this.keptPostings += list.end;
      this.keepWithinBounds();
      this.conceptLists.set(key, list);
    }
    return list.end === 0 ? undefined : this.withLiveCount(list);
  }

  private keepWithinBounds(): void {
    if (this.keptPostings > maxKeptPostings || this.termLists.size + this.conceptLists.size >= maxKeptLists) {
      this.forgetLists();
    }
  }

  private forgetLists(): void {
    this.termLists.clear();
    this.conceptLists.clear();
    this.keptPostings = 0;
  }

  private withLiveCount(list: PostingList): PostingList {
    if (list.deadSeen !== this.deadCount) {
      let live = 0;
      for (let at = list.start; at < list.end; at++) {
        live += this.dead[list.documents[at] ?? 0] === 1 ? 0 : 1;
      }
      list.live = live;
      list.deadSeen = this.deadCount;
    }
    return list;
  }

  private makeTermList(at: number): PostingList {
    const { documents, counts, starts } = this.segment;
    const start = starts[at] ?? 0;
    const end = starts[at + 1] ?? 0;
    let maxImpact = 0;
    for (let posting = start; posting < end; posting++) {
      const frequency = this.frequency(documents[posting] ?? 0, counts[posting] ?? 0);
      const impact = impactOf(frequency);
      this.impacts[posting] = impact;
      maxImpact = Math.max(maxImpact, impact);
    }
    return { documents, impacts: this.impacts, start, end, maxImpact, live: end - start, deadSeen: 0 };
  }

  private makeConceptList(members: readonly Member[]): PostingList {
    const frequencies = new Map<number, number>();
    for (const { terms, weight } of members) {
      this.forEachWithAll(terms, (document, packed) => {
        frequencies.set(document, (frequencies.get(document) ?? 0) + weight * this.frequency(document, packed));
      });
    }
    const documents = Uint32Array.from(frequencies.keys()).sort();
    const impacts = new Uint16Array(documents.length);
    let maxImpact = 0;
    documents.forEach((document, at) => {
      const impact = impactOf(frequencies.get(document) ?? 0);
      impacts[at] = impact;
      maxImpact = Math.max(maxImpact, impact);
    });
    const end = documents.length;
    return { documents, impacts, start: 0, end, maxImpact, live: end, deadSeen: 0 };
  }

  /** Documents that hold every one of the terms, with the smallest count per field of them. */
  private forEachWithAll(terms: readonly number[], visit: (document: number, packed: number) => void): void {
    const { documents, counts, starts } = this.segment;
    const ranges = terms
      .map((term) => this.find(term))
      .map((at) => ({ from: at < 0 ? 0 : (starts[at] ?? 0), to: at < 0 ? 0 : (starts[at + 1] ?? 0) }))
      .toSorted((a, b) => a.to - a.from - (b.to - b.from));
    const [shortest, ...others] = ranges;
    if (shortest === undefined) {
      return;
    }
    for (let at = shortest.from; at < shortest.to; at++) {
      const document = documents[at] ?? 0;
      let packed = counts[at] ?? 0;
      for (const range of others) {
        range.from = lowerBound(documents, document, range.from, range.to);
        const found = range.from < range.to && documents[range.from] === document;
        packed = found ? smallerCounts(packed, counts[range.from] ?? 0) : 0;
      }
      if (packed > 0) {
        visit(document, packed);
      }
    }
  }

  private find(term: number): number {
    const { terms } = this.segment;
    const at = lowerBound(terms, term, 0, terms.length);
    return terms[at] === term ? at : -1;
  }

  private frequency(document: number, packed: number): number {
    if (this.occurrences.length === 0) {
      this.occurrences = this.makeOccurrences();
    }
    const at = document * 3;
    this.weights[0] = this.occurrences[at] ?? 0;
    this.weights[1] = this.occurrences[at + 1] ?? 0;
    this.weights[2] = this.occurrences[at + 2] ?? 0;
    return weightedFrequency(packed, this.weights);
  }

  private readonly weights: FieldLengths = [0, 0, 0];

  private makeOccurrences(): Float32Array {
    const { lengths } = this.segment;
    const occurrences = new Float32Array(lengths.length);
    for (let at = 0; at < lengths.length; at += 3) {
      const of = [lengths[at] ?? 0, lengths[at + 1] ?? 0, lengths[at + 2] ?? 0] satisfies FieldLengths;
      occurrences.set(occurrenceWeights(of, this.norms), at);
    }
    return occurrences;
  }
}

/** Never nothing: a document that holds the term is found, however long it is. */
function impactOf(frequency: number): number {
  return Math.max(1, Math.round(impactScale * saturate(frequency)));
}
