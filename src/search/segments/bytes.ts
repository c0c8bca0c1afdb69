export interface ByteWriter {
  readonly length: number;
  /** A number of up to 2^31, seven bits to a byte, the lowest first. */
  number(value: number): void;
  /** UTF-8, with its length before it. */
  text(value: string): void;
  /** What was written; the writer is empty afterwards. */
  take(): Buffer;
}

/** Texts of so many units are written here: what the platform writes it writes fast, and begins slowly. Their length has one byte. */
const shortLength = 40;

export function createByteWriter(capacity: number): ByteWriter {
  let buffer = Buffer.allocUnsafe(capacity);
  let at = 0;

  function reserve(more: number): void {
    if (at + more <= buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + more));
    buffer.copy(larger, 0, 0, at);
    buffer = larger;
  }

  function number(value: number): void {
    reserve(5);
    let rest = value;
    while (rest > 127) {
      buffer[at++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    buffer[at++] = rest;
  }

  return {
    get length() {
      return at;
    },
    number,
    text: (value) => {
      if (value.length > shortLength) {
        const length = Buffer.byteLength(value);
        number(length);
        reserve(length);
        at += buffer.write(value, at);
        return;
      }
      reserve(1 + 3 * shortLength);
      const start = at++;
      for (let unit = 0; unit < value.length; unit++) {
        const code = value.charCodeAt(unit);
        if (code >= 0xd800 && code < 0xe000) {
          at = start + 1 + buffer.write(value, start + 1);
          break;
        }
        if (code < 0x80) buffer[at++] = code;
        else if (code < 0x800) {
          buffer[at++] = 0xc0 | (code >> 6);
          buffer[at++] = 0x80 | (code & 63);
        } else {
          buffer[at++] = 0xe0 | (code >> 12);
          buffer[at++] = 0x80 | ((code >> 6) & 63);
          buffer[at++] = 0x80 | (code & 63);
        }
      }
      buffer[start] = at - start - 1;
    },
    take: () => {
      const taken = Buffer.from(buffer.subarray(0, at));
      at = 0;
      return taken;
    },
  };
}

/** How many bytes `number` writes. */
export function numberLength(value: number): number {
  if (value < 128) return 1;
  if (value < 16_384) return 2;
  if (value < 2_097_152) return 3;
  return value < 268_435_456 ? 4 : 5;
}
