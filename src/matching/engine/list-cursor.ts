import type { WeightedList } from './query-list.ts';
import { escapedCount, escapedIn } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';
import { onceInBody } from './term-counts.ts';

const atEnd = 0xffffffff;
const noBytes = new Uint8Array(0);
const noBlocks = new Uint32Array(0);

type Form = 'made' | 'dense' | 'compressed';

/** Walks one list of a segment forward, adding its points to documents. */
export class ListCursor {
  readonly bound: number;
  readonly form: Form;
  readonly count: number;
  private readonly weight: number;
  private readonly reader: SegmentReader;
  private readonly once: Uint16Array;
  private readonly bodies: Uint8Array;
  private readonly documents: Uint32Array;
  private readonly impacts: Uint16Array;
  private readonly bytes: Uint8Array;
  private readonly start: number;
  private readonly segmentSize: number;
  private readonly blockLast: Uint32Array;
  private readonly blockOffsets: Uint32Array;
  private readonly firstBlock: number;
  private readonly endBlock: number;
  /** The posting that is next: its place in a made list, or decoded out of a compressed one whose rest begins at `at`. */
  private at: number;
  private left: number;
  /** No posting that is left stands before this document. */
  document = -1;
  /** Its count's byte, or its packed counts and 256 if no byte holds them. */
  private code = 0;
  private block: number;

  constructor(reader: SegmentReader, { list, weight }: WeightedList) {
    const { segment } = reader;
    const { term } = list;
    this.reader = reader;
    this.weight = weight;
    this.bound = weight * list.bound;
    this.count = list.count;
    this.once = reader.impacts.once;
    this.bodies = reader.lengths.subarray(2 * reader.lengthsStride);
    this.documents = list.documents;
    this.impacts = list.impacts;
    this.segmentSize = reader.size;
    if (segment === undefined || term < 0) {
      this.form = 'made';
      this.bytes = noBytes;
      this.blockLast = noBlocks;
      this.blockOffsets = noBlocks;
      this.firstBlock = 0;
      this.endBlock = 0;
      this.start = 0;
    } else {
      this.form = segment.terms.dense[term] === 1 ? 'dense' : 'compressed';
      this.bytes = segment.postings;
      this.blockLast = segment.blocks.last;
      this.blockOffsets = segment.blocks.offsets;
      this.firstBlock = segment.terms.firstBlocks[term] as number;
      this.endBlock = segment.terms.firstBlocks[term + 1] as number;
      this.start = segment.terms.offsets[term] as number;
    }
    this.at = this.start;
    this.left = list.count;
    this.block = this.firstBlock;
    if (this.form === 'compressed') {
      this.decodeNext();
    } else if (this.form === 'made') {
      this.document = (list.documents[0] as number | undefined) ?? atEnd;
    }
  }

  /** Adds the list's points to the scores of documents `from` to `to`, which stand from place 0 on. */
  addTo(scores: Float64Array, from: number, to: number): void {
    if (this.form === 'compressed') {
      this.addCompressed(scores, from, to);
    } else if (this.form === 'dense') {
      this.addDense(scores, from, to);
    } else {
      this.addMade(scores, from, to);
    }
  }

  /** Adds the list's points to ascending documents and keeps those that then have as many as needed; returns how many. */
  lookUp(documents: Uint32Array, scores: Float64Array, found: number, needed: number): number {
    if (this.form === 'dense') {
      return this.lookUpDense(documents, scores, found, needed);
    }
    let kept = 0;
    for (let which = 0; which < found; which++) {
      const document = documents[which] as number;
      const score = (scores[which] as number) + this.pointsFor(document);
      if (score >= needed) {
        documents[kept] = document;
        scores[kept] = score;
        kept++;
      }
    }
    return kept;
  }

  private lookUpDense(documents: Uint32Array, scores: Float64Array, found: number, needed: number): number {
    const { bytes, weight, start } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    let kept = 0;
    for (let which = 0; which < found; which++) {
      const document = documents[which] as number;
      const code = bytes[start + document] as number;
      // Code 0, no posting, is worth nothing.
      const impact =
        code === escapedCount ? this.escapedImpact(document) : impacts.ofCode(code, lengths, stride, document);
      const score = (scores[which] as number) + weight * impact;
      if (score >= needed) {
        documents[kept] = document;
        scores[kept] = score;
        kept++;
      }
    }
    return kept;
  }

  private pointsFor(document: number): number {
    if (this.form === 'made') {
      this.skipMade(document);
      return this.document === document ? this.weight * (this.impacts[this.at] as number) : 0;
    }
    if (this.document < document) {
      this.skipTo(document);
    }
    return this.document === document ? this.weight * this.impactOf(document, this.code) : 0;
  }

  private addMade(scores: Float64Array, from: number, to: number): void {
    const { documents, impacts, weight, count } = this;
    this.skipMade(from);
    let { at } = this;
    while (at < count) {
      const document = documents[at] as number;
      if (document >= to) {
        break;
      }
      const place = document - from;
      scores[place] = (scores[place] as number) + weight * (impacts[at] as number);
      at++;
    }
    this.at = at;
    this.document = at < count ? (documents[at] as number) : atEnd;
  }

  private addDense(scores: Float64Array, from: number, to: number): void {
    const { bytes, weight, start } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    const end = Math.min(to, this.segmentSize);
    for (let document = from; document < end; document++) {
      const code = bytes[start + document] as number;
      if (code !== 0) {
        const impact =
          code === escapedCount ? this.escapedImpact(document) : impacts.ofCode(code, lengths, stride, document);
        scores[document - from] = (scores[document - from] as number) + weight * impact;
      }
    }
  }

  private addCompressed(scores: Float64Array, from: number, to: number): void {
    if (this.document < from) {
      this.skipTo(from);
    }
    const { bytes, once, bodies, weight } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    let { document, code, at, left } = this;
    while (document < to) {
      const place = document - from;
      let impact: number;
      if (code === onceInBody) {
        impact = once[bodies[document] as number] as number;
      } else {
        impact = code < 256 ? impacts.ofCode(code, lengths, stride, document) : this.impactIn(document, code - 256);
      }
      scores[place] = (scores[place] as number) + weight * impact;
      if (left === 0) {
        document = atEnd;
        break;
      }
      left--;
      let value = bytes[at++] as number;
      if (value > 127) {
        // Two bytes as a rule, without a loop: this line is where large indexes spend their time.
        let byte = bytes[at++] as number;
        value = (value & 127) | ((byte & 127) << 7);
        for (let shift = 14; byte > 127; shift += 7) {
          byte = bytes[at++] as number;
          value |= (byte & 127) << shift;
        }
      }
      document += (value >>> 1) + 1;
      code = onceInBody;
      if ((value & 1) === 1) {
        code = bytes[at++] as number;
        if (code === escapedCount) {
          code = 256 + ((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
          at += 2;
        }
      }
    }
    this.document = document;
    this.code = code;
    this.at = at;
    this.left = left;
  }

  /** Goes on to the first posting of a document not below the wanted one. */
  private skipTo(wanted: number): void {
    const { blockLast, endBlock } = this;
    if (this.block < endBlock && (blockLast[this.block] as number) < wanted) {
      this.skipBlocks(wanted);
    }
    while (this.document < wanted) {
      this.decodeNext();
    }
  }

  private skipBlocks(wanted: number): void {
    const { blockLast, endBlock } = this;
    const low = firstNotBelow(blockLast, this.block, endBlock, wanted);
    if (low >= endBlock) {
      this.document = atEnd;
      this.left = 0;
      this.block = endBlock;
      return;
    }
    const before = blockLast[low - 1] as number;
    this.block = low;
    // In the middle of the block that is wanted already: walk on.
    if (this.document <= before) {
      this.at = this.blockOffsets[low] as number;
      this.document = before;
      this.left = this.count - (low - this.firstBlock) * 128;
    }
  }

  private decodeNext(): void {
    if (this.left === 0) {
      this.document = atEnd;
      return;
    }
    this.left--;
    const { bytes } = this;
    let { at } = this;
    let value = bytes[at++] as number;
    if (value > 127) {
      value &= 127;
      let shift = 7;
      let byte: number;
      do {
        byte = bytes[at++] as number;
        value |= (byte & 127) << shift;
        shift += 7;
      } while (byte > 127);
    }
    this.document += (value >>> 1) + 1;
    this.code = onceInBody;
    if ((value & 1) === 1) {
      this.code = bytes[at++] as number;
      if (this.code === escapedCount) {
        this.code = 256 + ((bytes[at] as number) | ((bytes[at + 1] as number) << 8));
        at += 2;
      }
    }
    this.at = at;
  }

  private skipMade(wanted: number): void {
    const { documents, count } = this;
    if (this.document >= wanted) {
      return;
    }
    const low = firstNotBelow(documents, this.at, count, wanted);
    this.at = low;
    this.document = low < count ? (documents[low] as number) : atEnd;
  }

  private impactOf(document: number, code: number): number {
    const { impacts, lengths, lengthsStride } = this.reader;
    return code < 256 ? impacts.ofCode(code, lengths, lengthsStride, document) : this.impactIn(document, code - 256);
  }

  private escapedImpact(document: number): number {
    return this.impactIn(document, escapedIn(this.bytes, this.start, this.segmentSize, document));
  }

  private impactIn(document: number, packed: number): number {
    const { lengths, lengthsStride, impacts } = this.reader;
    return impacts.impact(
      packed,
      lengths[document] as number,
      lengths[lengthsStride + document] as number,
      lengths[2 * lengthsStride + document] as number,
    );
  }
}

/** The first place whose number is not below `wanted`, known to come after `from`; `end` if there is none. Gallops, then halves. */
function firstNotBelow(numbers: Uint32Array, from: number, end: number, wanted: number): number {
  let low = from;
  let step = 1;
  while (low + step < end && (numbers[low + step] as number) < wanted) {
    low += step;
    step *= 2;
  }
  let high = Math.min(end, low + step);
  low++;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
