import { ByteWriter } from './byte-writer.ts';
import { enterIds, idTable } from './id-codec.ts';
import { type LengthNorms, lengthCode } from './length-norms.ts';
import { ListWriter, writeShort } from './list-writer.ts';
import type { PostingBuffer } from './posting-buffer.ts';
import { minListedPair } from './rare-pairs.ts';
import type { Segment } from './segment.ts';
import { cut, grown, powerOfTwoFrom, sharedFloat64, sharedUint8, sharedUint16, sharedUint32 } from './shared-arrays.ts';
import { type FieldLengths, onceInBody } from './term-counts.ts';
import { enterNumber, pairKeyBits, pairOfKey } from './term-id.ts';

/** What a segment will hold at most, about; more only costs copying. */
export type SegmentSizes = {
  documents: number;
  terms: number;
  pairs: number;
  idBytes: number;
  tokenBytes: number;
  postingBytes: number;
  pairBytes: number;
};

const pairsPerBucket = 24;
/** Table entries made between two pauses. */
const entriesPerStep = 4_096;

/**
 * Writes a segment in one order: all documents; words and tags; pairs by ascending key; the documents' tokens; then `finish`.
 * Lists are as postings.ts reads them.
 */
export class SegmentBuilder {
  private readonly norms: LengthNorms;
  private readonly documents: number;
  private readonly totals: FieldLengths = [0, 0, 0];
  private readonly lengths: Uint8Array;
  private readonly idOffsets: Uint32Array;
  private readonly idBytes: ByteWriter;
  private readonly tokenOffsets: Uint32Array;
  private readonly tokenBytes: ByteWriter;
  private readonly lists: ListWriter;
  private readonly pairBytes: ByteWriter;
  private readonly pairBits: number;
  private readonly pairUnit: number;
  private readonly pairOffsets: Uint32Array;
  private termIds: Float64Array;
  private frequencies: Uint32Array;
  private offsets: Uint32Array;
  private firstChunks: Uint32Array;
  private bounds: Uint16Array;
  private dense: Uint8Array;
  private documentCount = 0;
  private termCount = 0;
  private firstPair = -1;
  private bucket = -1;
  private remainder = 0;

  constructor(sizes: SegmentSizes, norms: LengthNorms) {
    const { documents, terms } = sizes;
    this.norms = norms;
    this.documents = documents;
    this.lengths = sharedUint8(3 * documents);
    this.idOffsets = sharedUint32(documents + 1);
    this.idBytes = new ByteWriter(sizes.idBytes);
    this.tokenOffsets = sharedUint32(documents + 1);
    this.tokenBytes = new ByteWriter(sizes.tokenBytes);
    this.lists = new ListWriter({ documents, lengths: this.lengths, norms }, sizes.postingBytes);
    this.pairBytes = new ByteWriter(sizes.pairBytes);
    this.pairBits = Math.max(0, Math.min(24, Math.floor(Math.log2(sizes.pairs / pairsPerBucket + 1))));
    this.pairUnit = 2 ** (pairKeyBits - this.pairBits);
    this.pairOffsets = sharedUint32(2 ** this.pairBits + 1);
    this.termIds = sharedFloat64(terms);
    this.frequencies = sharedUint32(terms);
    this.offsets = sharedUint32(terms + 1);
    this.firstChunks = sharedUint32(terms + 1);
    this.bounds = sharedUint16(terms);
    this.dense = sharedUint8(terms);
  }

  addDocument(idBytes: Uint8Array, lengths: Readonly<FieldLengths>): void {
    for (const field of [0, 1, 2] as const) {
      this.lengths[field * this.documents + this.documentCount] = lengthCode(lengths[field]);
      this.totals[field] += lengths[field];
    }
    this.idBytes.reserve(idBytes.length);
    this.idBytes.bytes.set(idBytes, this.idBytes.length);
    this.idBytes.length += idBytes.length;
    this.idOffsets[++this.documentCount] = this.idBytes.length;
  }

  /** Returns the term's number. */
  addTerm(id: number, list: PostingBuffer): number {
    const term = this.termCount++;
    if (term >= this.termIds.length) {
      this.growTerms();
    }
    this.termIds[term] = id;
    this.frequencies[term] = list.count;
    this.firstChunks[term] = this.lists.chunkStarts.length;
    const { start, bound, isDense } = this.lists.add(list);
    this.offsets[term] = start;
    this.bounds[term] = bound;
    this.dense[term] = Number(isDense);
    return term;
  }

  /** Keys must ascend. */
  addPair(key: number, list: PostingBuffer): void {
    this.firstPair = this.firstPair < 0 ? this.termCount : this.firstPair;
    if (list.count >= minListedPair) {
      this.addTerm(pairOfKey(key), list);
      return;
    }
    const bucket = Math.floor(key / this.pairUnit);
    const remainder = key - bucket * this.pairUnit;
    if (bucket !== this.bucket) {
      this.openBuckets(bucket);
    }
    const { pairBytes } = this;
    pairBytes.reserve(16 + 10 * list.count);
    pairBytes.longVarint(remainder - this.remainder);
    this.remainder = remainder;
    if (list.count === 1 && list.packed[0] === onceInBody) {
      pairBytes.varint((list.documents[0] as number) * 2);
    } else {
      pairBytes.varint(list.count * 2 + 1);
      writeShort(pairBytes, list);
    }
  }

  /** Term numbers × 2 + joined, in reading order over the three fields. */
  addTokens(document: number, lengths: Readonly<FieldLengths>, tokens: Uint32Array, count: number): void {
    const { tokenBytes } = this;
    tokenBytes.reserve(5 * (count + 3));
    for (const length of lengths) {
      tokenBytes.varint(length);
    }
    for (let at = 0; at < count; at++) {
      tokenBytes.varint(tokens[at] as number);
    }
    this.tokenOffsets[document + 1] = tokenBytes.length;
  }

  /** Cuts everything to its size and makes the tables. */
  *finish(): Generator<void, Segment> {
    this.openBuckets(2 ** this.pairBits);
    this.firstPair = this.firstPair < 0 ? this.termCount : this.firstPair;
    const { bytes: postings, chunkStarts } = this.lists;
    this.offsets[this.termCount] = postings.length;
    this.firstChunks[this.termCount] = chunkStarts.length;
    const { termCount: terms, documents } = this;
    const ids = yield* cut(this.termIds, terms, sharedFloat64);
    const table = sharedUint32(powerOfTwoFrom(Math.max(8, terms * 1.5)));
    for (let term = 0; term < terms; term++) {
      enterNumber(table, ids[term] as number, term);
      if (term % entriesPerStep === 0) {
        yield;
      }
    }
    const idStore = {
      offsets: this.idOffsets,
      bytes: yield* cut(this.idBytes.bytes, this.idBytes.length, sharedUint8),
      table: idTable(documents),
    };
    for (let from = 0; from < documents; from += entriesPerStep) {
      enterIds(idStore, from, Math.min(documents, from + entriesPerStep));
      yield;
    }
    return {
      documents,
      totals: this.totals,
      norms: this.norms,
      lengths: this.lengths,
      ids: idStore,
      tokens: {
        offsets: this.tokenOffsets,
        bytes: yield* cut(this.tokenBytes.bytes, this.tokenBytes.length, sharedUint8),
      },
      terms: {
        ids,
        table,
        firstPair: this.firstPair,
        frequencies: yield* cut(this.frequencies, terms, sharedUint32),
        offsets: yield* cut(this.offsets, terms + 1, sharedUint32),
        firstChunks: yield* cut(this.firstChunks, terms + 1, sharedUint32),
        bounds: yield* cut(this.bounds, terms, sharedUint16),
        dense: yield* cut(this.dense, terms, sharedUint8),
      },
      postings: yield* cut(postings.bytes, postings.length, sharedUint8),
      chunkStarts: yield* cut(chunkStarts.numbers, chunkStarts.length, sharedUint32),
      pairs: {
        bits: this.pairBits,
        offsets: this.pairOffsets,
        bytes: yield* cut(this.pairBytes.bytes, this.pairBytes.length, sharedUint8),
      },
      removed: {
        count: sharedUint32(1),
        bits: sharedUint32(Math.ceil(documents / 32)),
        byTerm: sharedUint32(terms),
      },
    };
  }

  private growTerms(): void {
    const length = 2 * this.termCount + 16;
    this.termIds = grown(this.termIds, sharedFloat64(length));
    this.frequencies = grown(this.frequencies, sharedUint32(length));
    this.offsets = grown(this.offsets, sharedUint32(length + 1));
    this.firstChunks = grown(this.firstChunks, sharedUint32(length + 1));
    this.bounds = grown(this.bounds, sharedUint16(length));
    this.dense = grown(this.dense, sharedUint8(length));
  }

  private openBuckets(upTo: number): void {
    this.pairOffsets.fill(this.pairBytes.length, this.bucket + 1, upTo + 1);
    this.bucket = upTo;
    this.remainder = 0;
  }
}
