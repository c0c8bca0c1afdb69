import { ByteWriter } from './byte-writer.ts';
import { type Impacts, impactsUnder, type LengthNorms } from './length-norms.ts';
import type { PostingBuffer } from './posting-buffer.ts';
import { escapedKind, kindOf } from './posting-kinds.ts';
import {
  chunkShift,
  chunksOf,
  countCode,
  escapedCount,
  isChunkedFrequency,
  isDenseFrequency,
  kindShift,
  placeMask,
} from './postings.ts';
import { grown, sharedUint32 } from './shared-arrays.ts';
import { onceInBody } from './term-counts.ts';

/** Writes a segment's lists in the forms that postings.ts reads. */
export class ListWriter {
  readonly bytes: ByteWriter;
  readonly chunkStarts = { numbers: sharedUint32(1_024), length: 0 };
  private readonly documents: number;
  /** Of the segment's documents, written before any list. */
  private readonly lengths: Uint8Array;
  private readonly impacts: Impacts;

  constructor(segment: { documents: number; lengths: Uint8Array; norms: LengthNorms }, capacity: number) {
    this.documents = segment.documents;
    this.lengths = segment.lengths;
    this.impacts = impactsUnder(segment.norms);
    this.bytes = new ByteWriter(capacity);
  }

  add(list: PostingBuffer): { start: number; bound: number; isDense: boolean } {
    const isDense = isDenseFrequency(list.count, this.documents);
    const isChunked = !isDense && isChunkedFrequency(list.count, this.documents);
    if (isChunked && (this.bytes.length & 1) === 1) {
      this.bytes.reserve(1);
      this.bytes.byte(0);
    }
    const start = this.bytes.length;
    if (isDense) {
      this.writeDense(list);
    } else if (isChunked) {
      this.writeChunked(list);
    } else {
      this.bytes.reserve(8 * list.count);
      writeShort(this.bytes, list);
    }
    return { start, bound: this.boundOf(list), isDense };
  }

  private boundOf({ documents, packed, count }: PostingBuffer): number {
    const { impacts, lengths, documents: stride } = this;
    let bound = 0;
    for (let at = 0; at < count; at++) {
      bound = Math.max(bound, impacts.impactIn(packed[at] as number, lengths, stride, documents[at] as number));
    }
    return bound;
  }

  private writeDense(list: PostingBuffer): void {
    const { bytes: writer, documents } = this;
    writer.reserve(documents + 4 + 6 * list.count);
    const start = writer.length;
    const { bytes } = writer;
    bytes.fill(0, start, start + documents);
    let escaped = 0;
    let at = start + documents + 4;
    for (let posting = 0; posting < list.count; posting++) {
      const document = list.documents[posting] as number;
      const packed = list.packed[posting] as number;
      const code = countCode(packed);
      bytes[start + document] = code;
      if (code === escapedCount) {
        for (const part of [document, document >>> 8, document >>> 16, document >>> 24, packed, packed >>> 8]) {
          bytes[at++] = part;
        }
        escaped++;
      }
    }
    for (let byte = 0; byte < 4; byte++) {
      bytes[start + documents + byte] = escaped >>> (8 * byte);
    }
    writer.length = at;
  }

  private writeChunked({ documents, packed, count }: PostingBuffer): void {
    const { bytes: writer } = this;
    const chunks = chunksOf(this.documents);
    writer.reserve(4 * count + 4 * chunks);
    this.reserveStarts(chunks + 1);
    const halves = new Uint16Array(writer.bytes.buffer, 0, writer.bytes.length >>> 1);
    let at = writer.length >>> 1;
    let from = 0;
    for (let chunk = 0; chunk < chunks; chunk++) {
      this.addStart(at);
      const start = at;
      at += 2;
      let to = from;
      for (; to < count && (documents[to] as number) >>> chunkShift === chunk; to++) {
        if (kindOf(packed[to] as number) === 0) {
          halves[at++] = (documents[to] as number) & placeMask;
        }
      }
      const onceEnd = at;
      for (let posting = from; posting < to; posting++) {
        const kind = kindOf(packed[posting] as number);
        if (kind !== 0 && kind !== escapedKind) {
          halves[at++] = ((documents[posting] as number) & placeMask) | (kind << kindShift);
        }
      }
      const escaped = to - from - (at - start - 2);
      halves[start] = at - onceEnd;
      halves[start + 1] = escaped;
      for (let posting = from; escaped > 0 && posting < to; posting++) {
        if (kindOf(packed[posting] as number) === escapedKind) {
          halves[at] = (documents[posting] as number) & placeMask;
          halves[at + escaped] = packed[posting] as number;
          at++;
        }
      }
      at += escaped;
      from = to;
    }
    this.addStart(at);
    writer.length = 2 * at;
  }

  private reserveStarts(count: number): void {
    const { numbers, length } = this.chunkStarts;
    if (length + count > numbers.length) {
      this.chunkStarts.numbers = grown(numbers, sharedUint32(2 * (length + count)));
    }
  }

  private addStart(start: number): void {
    this.chunkStarts.numbers[this.chunkStarts.length++] = start;
  }
}

/** Room for 8 bytes for each posting must have been reserved. */
export function writeShort(writer: ByteWriter, { documents, packed, count }: PostingBuffer): void {
  let previous = -1;
  for (let posting = 0; posting < count; posting++) {
    const document = documents[posting] as number;
    const counts = packed[posting] as number;
    const gap = (document - previous - 1) * 2;
    previous = document;
    if (counts === onceInBody) {
      writer.varint(gap);
      continue;
    }
    writer.varint(gap + 1);
    const code = countCode(counts);
    writer.byte(code);
    if (code === escapedCount) {
      writer.byte(counts);
      writer.byte(counts >>> 8);
    }
  }
}
