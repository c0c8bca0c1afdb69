import type { Segment } from './segment.ts';
import type { FieldLengths } from './term-counts.ts';

/** A document's words as they are read: term number × 2 + joined, over its three fields. Reused by one reading after the other. */
export class TokenBuffer {
  readonly lengths: FieldLengths = [0, 0, 0];
  tokens: Uint32Array = new Uint32Array(256);

  get count(): number {
    return this.lengths[0] + this.lengths[1] + this.lengths[2];
  }

  reserve(count: number): void {
    if (this.tokens.length < count) {
      this.tokens = new Uint32Array(count + (count >>> 1));
    }
  }
}

/** Reads a document's exact field lengths; returns where its words begin. */
export function readLengths({ tokens: { offsets, bytes } }: Segment, document: number, lengths: FieldLengths): number {
  let at = offsets[document] as number;
  for (let field = 0; field < 3; field++) {
    let length = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = bytes[at++] as number;
      length |= (byte & 127) << shift;
      shift += 7;
    } while (byte > 127);
    lengths[field] = length;
  }
  return at;
}

export function readTokens(segment: Segment, document: number, into: TokenBuffer): void {
  let at = readLengths(segment, document, into.lengths);
  const { bytes } = segment.tokens;
  const { count } = into;
  into.reserve(count);
  const { tokens } = into;
  for (let token = 0; token < count; token++) {
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
    tokens[token] = value;
  }
}
