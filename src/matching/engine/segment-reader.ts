import { type EncodedId, findId, idAt } from './id-codec.ts';
import {
  growthOfFrequencies,
  type Impacts,
  impactOf,
  impactsUnder,
  type LengthNorms,
  scaleBound,
} from './length-norms.ts';
import { type MutableSegment, publishedDocuments, readChain, readMutableTokens } from './mutable-segment.ts';
import { PostingBuffer } from './posting-buffer.ts';
import { type Member, noDocuments, noImpacts, type QueryList } from './query-list.ts';
import { findTerm, isRemoved, readList, readPair, type Segment } from './segment.ts';
import { smallerCounts } from './term-counts.ts';
import { findNumber, isPairId } from './term-id.ts';
import { readTokens, type TokenBuffer } from './token-buffer.ts';

/** Lists made for concepts are kept up to these numbers, then made anew when asked for. */
const maxKeptPostings = 1_000_000;
const maxKeptLists = 20_000;

/** A segment, frozen or not, as one thread reads it under the current mean lengths. */
export type SegmentReader = {
  readonly impacts: Impacts;
  /** The frozen segment, where compressed lists are; undefined for a mutable one. */
  readonly segment: Segment | undefined;
  /** All document numbers are below; a mutable segment's grows. */
  readonly size: number;
  /** Length codes: titles, keywords and bodies, `lengthsStride` apart. */
  readonly lengths: Uint8Array;
  readonly lengthsStride: number;
  setNorms(norms: LengthNorms): void;
  forgetDecoded(): void;
  isGone(document: number): boolean;
  goneCount(): number;
  idAt(document: number): string;
  find(id: EncodedId): number;
  /** The documents with any of the members, whose counts are added up before they saturate. `key` names the members. */
  list(key: string, members: readonly Member[]): QueryList | undefined;
  /** In how many documents that are not gone any of the members occurs. */
  frequency(key: string, members: readonly Member[]): number;
  /** Every posting of a term, gone or not. */
  read(id: number, into: PostingBuffer): void;
  readTokens(document: number, into: TokenBuffer): void;
  termIdAt(term: number): number;
};

/** How many more postings may be kept decoded, in all segments together; 6 bytes each. */
export type DecodedRoom = { postings: number };

export class FrozenReader implements SegmentReader {
  readonly segment: Segment;
  readonly lengths: Uint8Array;
  readonly lengthsStride: number;
  impacts: Impacts;
  private growth: number;
  private readonly keptLists = new Map<string, QueryList & { live: number; goneSeen: number }>();
  private keptPostings = 0;
  private decoded = { lists: new Map<number, QueryList>(), asked: new Set<number>(), postings: 0 };
  private readonly room: DecodedRoom;

  constructor(segment: Segment, norms: LengthNorms, room: DecodedRoom) {
    this.segment = segment;
    this.room = room;
    this.lengths = segment.lengths;
    this.lengthsStride = segment.documents;
    this.impacts = impactsUnder(norms);
    this.growth = growthOfFrequencies(segment.norms, norms, segment.totals);
  }

  get size(): number {
    return this.segment.documents;
  }

  setNorms(norms: LengthNorms): void {
    if (norms.key !== this.impacts.norms.key) {
      this.impacts = impactsUnder(norms);
      this.growth = growthOfFrequencies(this.segment.norms, norms, this.segment.totals);
      this.forgetLists();
      this.forgetDecoded();
    }
  }

  isGone(document: number): boolean {
    return isRemoved(this.segment.removed, document);
  }

  goneCount(): number {
    return this.segment.removed.count[0] as number;
  }

  idAt(document: number): string {
    return idAt(this.segment.ids, document);
  }

  find(id: EncodedId): number {
    return findId(this.segment.ids, id, (document) => this.isGone(document));
  }

  read(id: number, into: PostingBuffer): void {
    const term = findTerm(this.segment, id);
    if (term >= 0) {
      readList(this.segment, term, into);
    } else if (isPairId(id)) {
      readPair(this.segment, id, into);
    } else {
      into.count = 0;
    }
  }

  list(key: string, members: readonly Member[]): QueryList | undefined {
    const single = singleTerm(members);
    if (single === undefined) {
      return this.keptList(key, members);
    }
    const term = findTerm(this.segment, single);
    if (term >= 0) {
      return this.termList(term, members);
    }
    return isPairId(single) ? makeList(this, members) : undefined;
  }

  /** A list as it is compressed, or decoded when it has been asked for before and there is room. */
  private termList(term: number, members: readonly Member[]): QueryList | undefined {
    const decoded = this.decoded.lists.get(term);
    if (decoded !== undefined) {
      return decoded;
    }
    const { terms } = this.segment;
    const count = terms.frequencies[term] as number;
    if (terms.dense[term] === 0 && this.decoded.asked.has(term) && count <= this.room.postings) {
      const list = makeList(this, members);
      if (list !== undefined) {
        this.room.postings -= count;
        this.decoded.postings += count;
        this.decoded.lists.set(term, list);
      }
      return list;
    }
    if (this.room.postings > 0) {
      this.decoded.asked.add(term);
    }
    const bound = scaleBound(terms.bounds[term] as number, this.growth);
    return { term, documents: noDocuments, impacts: noImpacts, count, bound };
  }

  frequency(key: string, members: readonly Member[]): number {
    const single = singleTerm(members);
    const { terms, removed } = this.segment;
    const term = single === undefined ? -1 : findTerm(this.segment, single);
    if (term >= 0) {
      return (terms.frequencies[term] as number) - (removed.byTerm[term] as number);
    }
    return single === undefined ? (this.keptList(key, members)?.live ?? 0) : liveFrequency(this, single);
  }

  readTokens(document: number, into: TokenBuffer): void {
    readTokens(this.segment, document, into);
  }

  termIdAt(term: number): number {
    return this.segment.terms.ids[term] as number;
  }

  private keptList(key: string, members: readonly Member[]): (QueryList & { live: number }) | undefined {
    const goneSeen = this.goneCount();
    let list = this.keptLists.get(key);
    if (list === undefined) {
      const made = makeList(this, members) ?? emptyList;
      list = { ...made, live: countLive(this, made.documents, made.count), goneSeen };
      if (this.keptPostings + list.count > maxKeptPostings || this.keptLists.size >= maxKeptLists) {
        this.forgetLists();
      }
      this.keptPostings += list.count;
      this.keptLists.set(key, list);
    } else if (list.goneSeen !== goneSeen) {
      list.live = countLive(this, list.documents, list.count);
      list.goneSeen = goneSeen;
    }
    return list.count > 0 ? list : undefined;
  }

  /** Gives back the room of what was decoded: the reader is no longer used, or must decode anew. */
  forgetDecoded(): void {
    this.room.postings += this.decoded.postings;
    this.decoded = { lists: new Map(), asked: new Set(), postings: 0 };
  }

  private forgetLists(): void {
    this.keptLists.clear();
    this.keptPostings = 0;
  }
}

export class MutableReader implements SegmentReader {
  readonly segment = undefined;
  readonly mutable: MutableSegment;
  readonly lengths: Uint8Array;
  readonly lengthsStride: number;
  impacts: Impacts;

  constructor(mutable: MutableSegment, norms: LengthNorms) {
    this.mutable = mutable;
    this.lengths = mutable.lengths;
    this.lengthsStride = mutable.capacity.documents;
    this.impacts = impactsUnder(norms);
  }

  get size(): number {
    return publishedDocuments(this.mutable);
  }

  setNorms(norms: LengthNorms): void {
    if (norms.key !== this.impacts.norms.key) {
      this.impacts = impactsUnder(norms);
    }
  }

  /** Nothing is kept. */
  forgetDecoded(): void {}

  isGone(document: number): boolean {
    return isRemoved(this.mutable.removed, document);
  }

  goneCount(): number {
    return this.mutable.removed.count[0] as number;
  }

  idAt(document: number): string {
    return idAt(this.mutable.ids, document);
  }

  find(id: EncodedId): number {
    const { size } = this;
    return findId(this.mutable.ids, id, (document) => document >= size || this.isGone(document));
  }

  read(id: number, into: PostingBuffer): void {
    const { terms } = this.mutable;
    const term = findNumber(terms.table, terms.ids, id);
    into.count = 0;
    if (term >= 0) {
      readChain(this.mutable, term, this.size, into);
    }
  }

  list(_key: string, members: readonly Member[]): QueryList | undefined {
    return makeList(this, members);
  }

  frequency(key: string, members: readonly Member[]): number {
    const single = singleTerm(members);
    if (single !== undefined) {
      return liveFrequency(this, single);
    }
    const list = this.list(key, members);
    return list === undefined ? 0 : countLive(this, list.documents, list.count);
  }

  readTokens(document: number, into: TokenBuffer): void {
    readMutableTokens(this.mutable, document, into);
  }

  termIdAt(term: number): number {
    return this.mutable.terms.ids[term] as number;
  }
}

const emptyList: QueryList = {
  term: -1,
  documents: noDocuments,
  impacts: noImpacts,
  count: 0,
  bound: 0,
};

function singleTerm(members: readonly Member[]): number | undefined {
  const [only] = members;
  return members.length === 1 && only?.ids.length === 1 && only.weight === 1 ? only.ids[0] : undefined;
}

const buffer = new PostingBuffer();
const otherBuffer = new PostingBuffer();

function liveFrequency(reader: SegmentReader, id: number): number {
  reader.read(id, buffer);
  return buffer.count === 0 ? 0 : countLive(reader, buffer.documents, buffer.count);
}

function makeList(reader: SegmentReader, members: readonly Member[]): QueryList | undefined {
  const single = singleTerm(members);
  return single === undefined ? makeConceptList(reader, members) : makeTermList(reader, single);
}

function makeTermList(reader: SegmentReader, id: number): QueryList | undefined {
  reader.read(id, buffer);
  const { count } = buffer;
  if (count === 0) {
    return undefined;
  }
  const documents = buffer.documents.slice(0, count);
  const impacts = new Uint16Array(count);
  let bound = 0;
  for (let at = 0; at < count; at++) {
    const impact = impactIn(reader, documents[at] as number, buffer.packed[at] as number);
    impacts[at] = impact;
    bound = Math.max(bound, impact);
  }
  return { term: -1, documents, impacts, count, bound };
}

function makeConceptList(reader: SegmentReader, members: readonly Member[]): QueryList | undefined {
  const frequencies = new Map<number, number>();
  for (const { ids, weight } of members) {
    readAll(reader, ids);
    for (let at = 0; at < buffer.count; at++) {
      const document = buffer.documents[at] as number;
      const frequency = weight * frequencyIn(reader, document, buffer.packed[at] as number);
      frequencies.set(document, (frequencies.get(document) ?? 0) + frequency);
    }
  }
  if (frequencies.size === 0) {
    return undefined;
  }
  const documents = Uint32Array.from(frequencies.keys()).sort();
  const impacts = Uint16Array.from(documents, (document) => impactOf(frequencies.get(document) ?? 0));
  const count = documents.length;
  const bound = impacts.reduce((most, impact) => Math.max(most, impact), 0);
  return { term: -1, documents, impacts, count, bound };
}

/** Reads the documents that hold every one of the terms, with the smallest count per field of them. */
function readAll(reader: SegmentReader, ids: readonly number[]): void {
  reader.read(ids[0] ?? -1, buffer);
  for (let which = 1; which < ids.length && buffer.count > 0; which++) {
    reader.read(ids[which] as number, otherBuffer);
    let kept = 0;
    let other = 0;
    for (let at = 0; at < buffer.count; at++) {
      const document = buffer.documents[at] as number;
      while (other < otherBuffer.count && (otherBuffer.documents[other] as number) < document) {
        other++;
      }
      if (other < otherBuffer.count && otherBuffer.documents[other] === document) {
        const packed = smallerCounts(buffer.packed[at] as number, otherBuffer.packed[other] as number);
        if (packed > 0) {
          buffer.documents[kept] = document;
          buffer.packed[kept] = packed;
          kept++;
        }
      }
    }
    buffer.count = kept;
  }
}

function countLive(reader: SegmentReader, documents: Uint32Array, count: number): number {
  if (reader.goneCount() === 0) {
    return count;
  }
  let live = 0;
  for (let at = 0; at < count; at++) {
    live += reader.isGone(documents[at] as number) ? 0 : 1;
  }
  return live;
}

function impactIn({ impacts, lengths, lengthsStride }: SegmentReader, document: number, packed: number): number {
  return impacts.impact(
    packed,
    lengths[document] as number,
    lengths[lengthsStride + document] as number,
    lengths[2 * lengthsStride + document] as number,
  );
}

function frequencyIn({ impacts, lengths, lengthsStride }: SegmentReader, document: number, packed: number): number {
  return impacts.frequency(
    packed,
    lengths[document] as number,
    lengths[lengthsStride + document] as number,
    lengths[2 * lengthsStride + document] as number,
  );
}
