import type { Pace } from './merge-pace.ts';
import {
  exactLengths,
  type MutableSegment,
  publishedDocuments,
  readChain,
  readMutableTokens,
} from './mutable-segment.ts';
import type { PostingBuffer } from './posting-buffer.ts';
import { readList } from './postings.ts';
import { minListedPair, readPairPostings } from './rare-pairs.ts';
import type { Segment } from './segment.ts';
import type { SegmentSizes } from './segment-builder.ts';
import type { FieldLengths } from './term-counts.ts';
import { isPairId, pairKey, pairKeyBits } from './term-id.ts';
import { readLengths, readTokens, type TokenBuffer } from './token-buffer.ts';

/** What a merge reads, one way for both kinds of segments. */
export type MergeSource = {
  /** At most; `terms` counts the frequent pairs alone. */
  sizes: SegmentSizes;
  /** Words and tags have numbers below. Where `termId` gives -1 there is a pair. */
  terms: number;
  termId(term: number): number;
  /** About how many documents hold the term. */
  frequency(term: number): number;
  readTerm(term: number, into: PostingBuffer): void;
  pairs: PairStream[];
  idBytes(document: number): Uint8Array;
  readLengths(document: number, into: FieldLengths): void;
  readTokens(document: number, into: TokenBuffer): void;
};

/** Pairs by ascending key, one after the other. */
export type PairStream = {
  /** The key of the next pair; Infinity after the last. */
  key: number;
  /** Reads the next pair's list and goes on. */
  take(into: PostingBuffer): void;
};

export function sourceOfSegment(segment: Segment): MergeSource {
  const { terms, ids, tokens, postings, pairs } = segment;
  return {
    sizes: {
      documents: segment.documents,
      terms: terms.ids.length - terms.firstPair,
      // About: most hold one document and take this many bytes.
      pairs: pairs.bytes.length / 5,
      idBytes: ids.bytes.length,
      tokenBytes: tokens.bytes.length + (tokens.bytes.length >>> 4),
      postingBytes: postings.length,
      pairBytes: pairs.bytes.length,
    },
    terms: terms.firstPair,
    termId: (term) => terms.ids[term] as number,
    frequency: (term) => terms.frequencies[term] as number,
    readTerm: (term, into) => readList(segment, term, into),
    pairs: [new RarePairs(segment), new ListedPairs(segment)],
    idBytes: (document) => ids.bytes.subarray(ids.offsets[document], ids.offsets[document + 1]),
    readLengths: (document, into) => readLengths(segment, document, into),
    readTokens: (document, into) => readTokens(segment, document, into),
  };
}

class RarePairs implements PairStream {
  key = Number.POSITIVE_INFINITY;
  private readonly pairs: Segment['pairs'];
  private readonly unit: number;
  private at = 0;
  private bucket = 0;
  private remainder = 0;

  constructor({ pairs }: Segment) {
    this.pairs = pairs;
    this.unit = 2 ** (pairKeyBits - pairs.bits);
    this.advance();
  }

  take(into: PostingBuffer): void {
    this.at = readPairPostings(this.pairs.bytes, this.at, into);
    this.advance();
  }

  private advance(): void {
    const { bytes, offsets } = this.pairs;
    let { at } = this;
    if (at >= bytes.length) {
      this.key = Number.POSITIVE_INFINITY;
      return;
    }
    while ((offsets[this.bucket + 1] as number) <= at) {
      this.bucket++;
      this.remainder = 0;
    }
    let scale = 1;
    let byte: number;
    do {
      byte = bytes[at++] as number;
      this.remainder += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    this.at = at;
    this.key = this.bucket * this.unit + this.remainder;
  }
}

/** Frequent pairs were given numbers in the order of their keys. */
class ListedPairs implements PairStream {
  key = Number.POSITIVE_INFINITY;
  private readonly segment: Segment;
  private term: number;

  constructor(segment: Segment) {
    this.segment = segment;
    this.term = segment.terms.firstPair;
    this.setKey();
  }

  take(into: PostingBuffer): void {
    readList(this.segment, this.term, into);
    this.term++;
    this.setKey();
  }

  private setKey(): void {
    const { ids } = this.segment.terms;
    this.key = this.term < ids.length ? pairKey(ids[this.term] as number) : Number.POSITIVE_INFINITY;
  }
}

/** A mutable segment to which nothing is added any more; its pairs are sorted first, in steps. */
export function* sourceOfMutable(segment: MutableSegment, pace: Pace): Generator<void, MergeSource> {
  const { terms, postings, ids, tokens, used } = segment;
  const documents = publishedDocuments(segment);
  const termCount = used[0] as number;
  const postingCount = used[1] as number;
  const pairs = yield* new SortedPairs(segment, documents).sort(pace);
  const frequencies = new Uint32Array(termCount);
  for (let term = 0; term < termCount; term++) {
    let frequency = 0;
    if (!isPairId(terms.ids[term] as number)) {
      for (let at = terms.heads[term] as number; at > 0; at = postings.next[at - 1] as number) {
        frequency++;
      }
      frequencies[term] = frequency;
    }
    if (pace.isDue(0.25 * (1 + frequency))) {
      yield;
    }
  }
  return {
    sizes: {
      documents,
      terms: Math.ceil(postingCount / minListedPair),
      pairs: pairs.count,
      idBytes: ids.offsets[documents] as number,
      tokenBytes: 3 * (tokens.offsets[3 * documents] as number) + 6 * documents,
      postingBytes: 4 * postingCount,
      pairBytes: 8 * postingCount,
    },
    terms: termCount,
    termId: (term) => (isPairId(terms.ids[term] as number) ? -1 : (terms.ids[term] as number)),
    frequency: (term) => frequencies[term] as number,
    readTerm: (term, into) => readChain(segment, term, documents, into),
    pairs: [pairs],
    idBytes: (document) => ids.bytes.subarray(ids.offsets[document], ids.offsets[document + 1]),
    readLengths: (document, into) => exactLengths(segment, document, into),
    readTokens: (document, into) => readMutableTokens(segment, document, into),
  };
}

const pairsPerBucket = 8;

class SortedPairs implements PairStream {
  key = Number.POSITIVE_INFINITY;
  count = 0;
  private readonly segment: MutableSegment;
  private readonly documents: number;
  private order = new Uint32Array(0);
  private at = 0;

  constructor(segment: MutableSegment, documents: number) {
    this.segment = segment;
    this.documents = documents;
  }

  /** Into buckets by the first bits, then within each by insertion: hashes fall evenly. */
  *sort(pace: Pace): Generator<void, SortedPairs> {
    const { ids } = this.segment.terms;
    const terms = this.segment.used[0] as number;
    const bits = Math.max(0, Math.min(20, Math.ceil(Math.log2(terms / pairsPerBucket + 1))));
    const unit = 2 ** (pairKeyBits - bits);
    const starts = new Uint32Array(2 ** bits + 1);
    for (let term = 0; term < terms; term++) {
      const id = ids[term] as number;
      if (isPairId(id)) {
        const bucket = Math.floor(pairKey(id) / unit);
        starts[bucket + 1] = (starts[bucket + 1] as number) + 1;
        this.count++;
      }
      if (pace.isDue(0.25)) {
        yield;
      }
    }
    for (let bucket = 1; bucket < starts.length; bucket++) {
      starts[bucket] = (starts[bucket] as number) + (starts[bucket - 1] as number);
      if (pace.isDue(0.05)) {
        yield;
      }
    }
    const filled = starts.slice();
    this.order = new Uint32Array(this.count);
    for (let term = 0; term < terms; term++) {
      const id = ids[term] as number;
      if (isPairId(id)) {
        const bucket = Math.floor(pairKey(id) / unit);
        this.insert(term, id, starts[bucket] as number, filled[bucket] as number);
        filled[bucket] = (filled[bucket] as number) + 1;
      }
      if (pace.isDue(0.75)) {
        yield;
      }
    }
    this.setKey();
    return this;
  }

  take(into: PostingBuffer): void {
    readChain(this.segment, this.order[this.at++] as number, this.documents, into);
    this.setKey();
  }

  private insert(term: number, id: number, start: number, end: number): void {
    const { order } = this;
    const { ids } = this.segment.terms;
    let at = end;
    while (at > start && (ids[order[at - 1] as number] as number) > id) {
      order[at] = order[at - 1] as number;
      at--;
    }
    order[at] = term;
  }

  private setKey(): void {
    const term = this.order[this.at];
    this.key = term === undefined ? Number.POSITIVE_INFINITY : pairKey(this.segment.terms.ids[term] as number);
  }
}
