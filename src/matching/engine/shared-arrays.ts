/** Arrays that threads can look into without copying. */
export function sharedUint8(length: number): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(length));
}

export function sharedUint16(length: number): Uint16Array {
  return new Uint16Array(new SharedArrayBuffer(length * Uint16Array.BYTES_PER_ELEMENT));
}

export function sharedUint32(length: number): Uint32Array {
  return new Uint32Array(new SharedArrayBuffer(length * Uint32Array.BYTES_PER_ELEMENT));
}

export function sharedFloat64(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

/** The smallest power of two that is not below. */
export function powerOfTwoFrom(value: number): number {
  let power = 1;
  while (power < value) {
    power *= 2;
  }
  return power;
}

/** Copied between two pauses: the time goes into the pages that are written to for the first time. */
const bytesPerStep = 1 << 18;

type SharedArray = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** `to` with what `from` held. */
export function grown<A extends SharedArray>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** The first so many entries in an array of that length; pauses while it copies. */
export function* cut<A extends SharedArray>(
  from: A,
  length: number,
  create: (length: number) => A,
): Generator<void, A> {
  if (from.length === length) {
    return from;
  }
  const to = create(length);
  const step = bytesPerStep / from.BYTES_PER_ELEMENT;
  for (let at = 0; at < length; at += step) {
    to.set(from.subarray(at, Math.min(length, at + step)), at);
    yield;
  }
  return to;
}
