import { sharedUint8 } from './shared-arrays.ts';

/** From here on clearing memory at once takes long enough to matter. */
const largeCapacity = 2 ** 23;
/**
 * An allocator may clear less than this at once, 3 ms for 10 MB; above, glibc always maps pages, which are cleared as they are
 * first written to. Room that is not written to then costs nothing.
 */
const mappedCapacity = 2 ** 25 + 2 ** 16;

/** Bytes written one after the other; room that was foreseen is not copied again. It is made when the first byte comes. */
export class ByteWriter {
  bytes = sharedUint8(0);
  length = 0;
  private readonly capacity: number;

  constructor(capacity: number) {
    this.capacity = Math.max(64, capacity >= largeCapacity ? mappedCapacity : 0, capacity);
  }

  /** Makes room for so many more bytes. */
  reserve(count: number): void {
    if (this.bytes.length === 0) {
      this.bytes = sharedUint8(Math.max(this.capacity, count));
    } else if (this.length + count > this.bytes.length) {
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
