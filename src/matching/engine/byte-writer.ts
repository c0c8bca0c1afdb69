import { sharedUint8 } from './shared-arrays.ts';

/** Bytes written one after the other; room that was foreseen is not copied again. */
export class ByteWriter {
  bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.bytes = sharedUint8(Math.max(64, capacity));
  }

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    if (this.length + count > this.bytes.length) {
      const grown = sharedUint8(Math.ceil((this.length + count) * 1.5));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
  }

  /** A whole number below 2^31, seven bits a byte. Room must have been reserved. */
  varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.bytes[this.length++] = rest;
  }

  /** The same for numbers that 32 bits do not hold. */
  longVarint(value: number): void {
    let rest = value;
    while (rest >= 2 ** 31) {
      this.bytes[this.length++] = (rest & 127) | 128;
      rest = Math.floor(rest / 128);
    }
    this.varint(rest);
  }

  byte(value: number): void {
    this.bytes[this.length++] = value;
  }
}
