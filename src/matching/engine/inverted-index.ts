import { analyse } from './analysis.ts';
import { parameters } from './parameters.ts';
import { type EngineDocument, fieldNames, type TextFields } from './types.ts';

type Postings = { documents: number[]; counts: number[]; live: number };

const countBits = 10;
const maxCount = 2 ** countBits - 1;
const fieldFactors = [2 ** (2 * countBits), 2 ** countBits, 1] as const;
const minDeadToCompact = 64;

/** What BM25F needs to know of one document: the term counts per field, packed, and the field lengths in words. */
export type DocumentCounts = { counts: Map<string, number>; lengths: [number, number, number] };

/** Terms of a document's fields, counted; counts are capped at 1,023 per field, far beyond where they still matter. */
export function countTerms(fields: TextFields): DocumentCounts {
  const counts = new Map<string, number>();
  const lengths: [number, number, number] = [0, 0, 0];
  fieldNames.forEach((name, field) => {
    const { tokens, pairs } = analyse(fields[name]);
    const factor = fieldFactors[field] ?? 1;
    lengths[field] = tokens.length;
    for (const { term } of [...tokens, ...pairs]) {
      const known = counts.get(term) ?? 0;
      if (Math.floor(known / factor) % (maxCount + 1) < maxCount) {
        counts.set(term, known + factor);
      }
    }
  });
  return { counts, lengths };
}

/** The counts of title and keywords alone. */
export function headingCounts(packed: number): number {
  return packed - (packed % (maxCount + 1));
}

/** Inverted index over live documents; removal leaves a gap that is closed when a quarter are gaps. */
export class InvertedIndex {
  private readonly postings = new Map<string, Postings>();
  private readonly slotById = new Map<string, number>();
  private ids: (string | undefined)[] = [];
  private lengths: number[] = [];
  private termsBySlot: string[][] = [];
  private readonly totalLengths: [number, number, number] = [0, 0, 0];
  private readonly inverseMeanLengths: [number, number, number] = [0, 0, 0];

  get size(): number {
    return this.slotById.size;
  }

  get slots(): number {
    return this.ids.length;
  }

  idOf(slot: number): string | undefined {
    return this.ids[slot];
  }

  upsert({ id, fields }: EngineDocument): void {
    this.remove(id);
    const { counts, lengths } = countTerms(fields);
    const slot = this.ids.length;
    this.ids.push(id);
    this.slotById.set(id, slot);
    this.lengths.push(...lengths);
    this.termsBySlot.push([...counts.keys()]);
    for (const [term, count] of counts) {
      let postings = this.postings.get(term);
      if (postings === undefined) {
        postings = { documents: [], counts: [], live: 0 };
        this.postings.set(term, postings);
      }
      postings.documents.push(slot);
      postings.counts.push(count);
      postings.live++;
    }
    this.changeLengths(lengths, 1);
  }

  remove(id: string): boolean {
    const slot = this.slotById.get(id);
    if (slot === undefined) {
      return false;
    }
    for (const term of this.termsBySlot[slot] ?? []) {
      const postings = this.postings.get(term);
      if (postings !== undefined && --postings.live === 0) {
        this.postings.delete(term);
      }
    }
    this.ids[slot] = undefined;
    this.termsBySlot[slot] = [];
    this.slotById.delete(id);
    this.changeLengths(this.lengthsOf(slot), -1);
    const dead = this.slots - this.size;
    if (dead >= minDeadToCompact && dead * 4 > this.slots) {
      this.compact();
    }
    return true;
  }

  documentFrequency(term: string): number {
    return this.postings.get(term)?.live ?? 0;
  }

  /** Calls back for each live document that holds every one of the terms, with the smallest count per field of them. */
  forEachWithAll(terms: readonly string[], visit: (slot: number, packedCounts: number) => void): void {
    const lists = terms.map((term) => this.postings.get(term)).filter((list) => list !== undefined);
    const [shortest, ...others] = lists.toSorted((a, b) => a.documents.length - b.documents.length);
    if (shortest === undefined || lists.length < terms.length) {
      return;
    }
    shortest.documents.forEach((slot, at) => {
      let packed = shortest.counts[at] ?? 0;
      for (const list of others) {
        const found = binarySearch(list.documents, slot);
        packed = found < 0 ? 0 : smallerCounts(packed, list.counts[found] ?? 0);
      }
      if (packed > 0 && this.ids[slot] !== undefined) {
        visit(slot, packed);
      }
    });
  }

  /** BM25F's weighted, length-normalized term frequency of a document that need not be in the index. */
  weightedFrequency(packed: number, [title, keywords, body]: readonly [number, number, number]): number {
    return (
      this.fieldFrequency(0, packed, title) +
      this.fieldFrequency(1, packed, keywords) +
      this.fieldFrequency(2, packed, body)
    );
  }

  /** The same for a document of the index, without making an array of its lengths. */
  weightedFrequencyAt(slot: number, packed: number): number {
    const at = slot * 3;
    return (
      this.fieldFrequency(0, packed, this.lengths[at] ?? 0) +
      this.fieldFrequency(1, packed, this.lengths[at + 1] ?? 0) +
      this.fieldFrequency(2, packed, this.lengths[at + 2] ?? 0)
    );
  }

  private fieldFrequency(field: 0 | 1 | 2, packed: number, length: number): number {
    const count = Math.floor(packed / fieldFactors[field]) % (maxCount + 1);
    if (count === 0) {
      return 0;
    }
    const { weight, lengthNormalization: b } = parameters.fields[fieldNames[field]];
    const relativeLength = length * (this.inverseMeanLengths[field] ?? 0);
    return (weight * count) / (1 - b + b * (relativeLength || 1));
  }

  private lengthsOf(slot: number): [number, number, number] {
    const at = slot * 3;
    return [this.lengths[at] ?? 0, this.lengths[at + 1] ?? 0, this.lengths[at + 2] ?? 0];
  }

  private changeLengths(lengths: readonly number[], sign: 1 | -1): void {
    for (let field = 0; field < 3; field++) {
      const total = (this.totalLengths[field] ?? 0) + sign * (lengths[field] ?? 0);
      this.totalLengths[field] = total;
      this.inverseMeanLengths[field] = total > 0 ? this.size / total : 0;
    }
  }

  private compact(): void {
    const newSlots = new Map<number, number>();
    this.ids.forEach((id, slot) => {
      if (id !== undefined) {
        newSlots.set(slot, newSlots.size);
        this.slotById.set(id, newSlots.size - 1);
      }
    });
    const kept = [...newSlots.keys()];
    this.lengths = kept.flatMap((slot) => this.lengthsOf(slot));
    this.ids = kept.map((slot) => this.ids[slot]);
    this.termsBySlot = kept.map((slot) => this.termsBySlot[slot] ?? []);
    for (const postings of this.postings.values()) {
      const counts = postings.counts.filter((_, at) => newSlots.has(postings.documents[at] ?? -1));
      postings.documents = postings.documents.flatMap((slot) => newSlots.get(slot) ?? []);
      postings.counts = counts;
    }
  }
}

/** Field by field the smaller of two packed counts. */
export function smallerCounts(a: number, b: number): number {
  let packed = 0;
  for (const factor of fieldFactors) {
    packed += factor * Math.min(Math.floor(a / factor) % (maxCount + 1), Math.floor(b / factor) % (maxCount + 1));
  }
  return packed;
}

function binarySearch(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const value = sorted[middle] ?? 0;
    if (value === wanted) {
      return middle;
    }
    if (value < wanted) {
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return -1;
}
