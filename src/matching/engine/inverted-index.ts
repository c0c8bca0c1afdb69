import { type LengthNorms, lengthNorms } from './length-norms.ts';
import { offerSegment, type WeightedList } from './score-segment.ts';
import { buildSegment, type IndexedDocument, lowerBound, mergeSegments } from './segment.ts';
import { impactScale, type Member, type PostingList, SegmentReader } from './segment-reader.ts';
import { countTerms, type FieldLengths } from './term-counts.ts';
import { TermTable } from './term-table.ts';
import { type RankedDocument, TopDocuments } from './top-documents.ts';
import type { EngineDocument } from './types.ts';

/** Any of the members counts as the concept; `key` tells concepts with other members apart. */
export type ConceptMembers = { key: string; members: readonly { terms: readonly string[]; weight: number }[] };

export type IndexQuery = { concept: ConceptMembers; weight: number }[];

/** A word of an indexed document, and how often it stands in each field, packed (term-counts.ts). */
export type DocumentTerm = { termId: number; packed: number };

export type IndexSearch = {
  limit: number;
  filter?: ((id: string) => boolean) | undefined;
  /** Scores every document: what early termination is tested against. */
  exhaustive?: boolean | undefined;
};

/** Added documents wait here before they become a segment: until the next search, or until there are so many. */
const maxPending = 1_024;
/** Query weights are kept as whole numbers of these parts, so that scores do not depend on the order of addition. */
const weightScale = 1_024;

/**
 * Inverted index in segments. Added documents become a small segment; neighbours of like size are merged, so there are few.
 * Removal marks a document as gone; a segment with a quarter gone is written anew. Whatever the segments, what is left answers the same.
 */
export class InvertedIndex {
  private readonly termNumbers = new TermTable();
  private readonly slotById = new Map<string, number>();
  private pending = new Map<number, IndexedDocument>();
  private readers: SegmentReader[] = [];
  private nextSlot = 0;
  private readonly totalLengths: FieldLengths = [0, 0, 0];
  private currentNorms: LengthNorms | undefined;
  private scratch = new Uint32Array(1_024);
  // MERGE: stands in for the rebuilt index's own `documentTerms`, `termId` and `documentLengths`; drop this file's changes.
  private readonly documents = new Map<string, { terms: DocumentTerm[]; lengths: FieldLengths }>();

  get size(): number {
    return this.slotById.size;
  }

  /** The mean lengths of the documents as they are now. */
  get norms(): LengthNorms {
    this.currentNorms ??= lengthNorms(this.totalLengths, this.size);
    return this.currentNorms;
  }

  upsert({ id, fields }: EngineDocument): void {
    this.remove(id);
    const { counts, lengths } = countTerms(fields);
    const slot = this.nextSlot++;
    const terms = Uint32Array.from(counts.keys(), (term) => this.termNumbers.findOrAdd(term));
    this.documents.set(id, {
      terms: Array.from(counts, ([term, packed]) => ({ termId: this.termNumbers.findOrAdd(term), packed })),
      lengths,
    });
    this.pending.set(slot, { slot, id, terms, counts: Uint16Array.from(counts.values()), lengths });
    this.slotById.set(id, slot);
    this.changeLengths(lengths, 1);
    if (this.pending.size >= maxPending) {
      this.flush();
    }
  }

  remove(id: string): boolean {
    const slot = this.slotById.get(id);
    if (slot === undefined) {
      return false;
    }
    this.slotById.delete(id);
    this.documents.delete(id);
    const waiting = this.pending.get(slot);
    if (waiting !== undefined) {
      this.pending.delete(slot);
      this.changeLengths(waiting.lengths, -1);
    } else {
      this.removeFromSegment(slot);
    }
    return true;
  }

  /** The words of an indexed document, each once; undefined for an id that is not there. */
  documentTerms(id: string): readonly DocumentTerm[] | undefined {
    return this.documents.get(id)?.terms;
  }

  /** Its number of words in title, keywords and body. */
  documentLengths(id: string): FieldLengths | undefined {
    return this.documents.get(id)?.lengths;
  }

  termId(term: string): number {
    return this.termNumbers.find(term);
  }

  /** In how many documents any of the members occurs. */
  documentFrequency(concept: ConceptMembers): number {
    this.flush();
    const numbered = this.numberMembers(concept);
    return this.readers.reduce((sum, reader) => sum + (listOf(reader, concept.key, numbered)?.live ?? 0), 0);
  }

  search(query: IndexQuery, { limit, filter, exhaustive = false }: IndexSearch): RankedDocument[] {
    this.flush();
    const top = new TopDocuments(limit, filter);
    const concepts = query
      .map(({ concept, weight }) => ({
        key: concept.key,
        members: this.numberMembers(concept),
        weight: Math.round(weight * weightScale),
      }))
      .filter(({ weight }) => weight > 0);
    for (const reader of this.readers) {
      const lists: WeightedList[] = [];
      for (const { key, members, weight } of concepts) {
        const list = listOf(reader, key, members);
        if (list !== undefined) {
          lists.push({ list, weight });
        }
      }
      offerSegment(reader, lists, top, exhaustive);
    }
    return top.toSorted().map(({ id, score }) => ({ id, score: score / (weightScale * impactScale) }));
  }

  private numberMembers({ members }: ConceptMembers): Member[] {
    const numbered: Member[] = [];
    for (const { terms, weight } of members) {
      const numbers = terms.map((term) => this.termNumbers.find(term));
      if (numbers.length > 0 && numbers.every((number) => number >= 0)) {
        numbered.push({ terms: numbers, weight });
      }
    }
    return numbered;
  }

  private changeLengths(lengths: Readonly<FieldLengths>, sign: 1 | -1): void {
    for (const field of [0, 1, 2] as const) {
      this.totalLengths[field] += sign * lengths[field];
    }
    this.currentNorms = undefined;
  }

  private removeFromSegment(slot: number): void {
    const which = this.readers.findLastIndex(({ segment }) => (segment.slots[0] ?? 0) <= slot);
    const reader = this.readers[which];
    if (reader === undefined) {
      return;
    }
    const { slots, lengths } = reader.segment;
    const document = lowerBound(slots, slot, 0, slots.length);
    reader.kill(document);
    const at = document * 3;
    this.changeLengths([lengths[at] ?? 0, lengths[at + 1] ?? 0, lengths[at + 2] ?? 0], -1);
    if (reader.deadCount * 4 > reader.size) {
      this.mergeFrom(which, 1);
    }
  }

  /** Makes what was added searchable, under the mean lengths as they are now. */
  private flush(): void {
    const { norms } = this;
    if (this.pending.size > 0) {
      if (this.scratch.length < this.termNumbers.size) {
        this.scratch = new Uint32Array(2 * this.termNumbers.size);
      }
      this.readers.push(new SegmentReader(buildSegment([...this.pending.values()], this.scratch), norms));
      this.pending = new Map();
      this.mergeNewest();
    }
    for (const reader of this.readers) {
      reader.setNorms(norms);
    }
  }

  /** Merges the newest segments until each is at least twice as large as the next, all in one go. */
  private mergeNewest(): void {
    let from = this.readers.length - 1;
    let size = this.readers[from]?.size ?? 0;
    for (; from > 0; from--) {
      const before = this.readers[from - 1]?.size ?? 0;
      if (before >= 2 * size) {
        break;
      }
      size += before;
    }
    this.mergeFrom(from, this.readers.length - from);
  }

  private mergeFrom(from: number, count: number): void {
    const merged = this.readers.slice(from, from + count);
    if (merged.length > 1 || merged.some(({ deadCount }) => deadCount > 0)) {
      const inputs = merged.map((reader) => ({
        segment: reader.segment,
        isDead: (document: number) => reader.isDead(document),
      }));
      const segment = mergeSegments(inputs);
      const replacement = segment.ids.length > 0 ? [new SegmentReader(segment, this.norms)] : [];
      this.readers.splice(from, count, ...replacement);
    }
  }
}

function listOf(reader: SegmentReader, key: string, members: readonly Member[]): PostingList | undefined {
  return members.length === 0 ? undefined : reader.conceptList(key, members);
}
