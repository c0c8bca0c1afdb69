/** What a dictionary asks of a table of strings. */
export type StringTable = { readonly size: number; has(key: string): boolean; get(key: string): string | undefined };

/** The share of places that may be taken: beyond, looking for a free one takes long. */
const maxFill = 0.6;
const headerLength = 2;

/**
 * Lays a table of strings into one stretch of shared memory, where any number of threads can look things up without a copy:
 * number of entries and of places; the hash table's places (entry plus one, 0 when free); where each key and each value
 * starts, and one end; then all keys and values in UTF-16, each key before its value.
 */
export function packTable(entries: ReadonlyMap<string, string>): SharedArrayBuffer {
  let places = 16;
  while (places * maxFill < entries.size) {
    places *= 2;
  }
  let units = 0;
  for (const [key, value] of entries) {
    units += key.length + value.length;
  }
  const numbers = headerLength + places + 2 * entries.size + 1;
  const buffer = new SharedArrayBuffer(4 * numbers + 2 * units);
  const { header, table, starts, text } = viewsOf(buffer, places, entries.size);
  header[0] = entries.size;
  header[1] = places;
  let entry = 0;
  let at = 0;
  for (const [key, value] of entries) {
    let place = hash(key) & (places - 1);
    while (table[place] !== 0) {
      place = (place + 1) & (places - 1);
    }
    table[place] = entry + 1;
    starts[2 * entry] = at;
    at = write(text, key, at);
    starts[2 * entry + 1] = at;
    at = write(text, value, at);
    entry++;
  }
  starts[2 * entry] = at;
  return buffer;
}

export function attachTable(buffer: SharedArrayBuffer): StringTable {
  const [size = 0, places = 0] = new Uint32Array(buffer, 0, headerLength);
  const { table, starts, text } = viewsOf(buffer, places, size);

  /** -1 for an unknown key. */
  function find(key: string): number {
    let place = hash(key) & (places - 1);
    for (let entry = table[place] ?? 0; entry !== 0; entry = table[place] ?? 0) {
      if (isKey(key, entry - 1)) {
        return entry - 1;
      }
      place = (place + 1) & (places - 1);
    }
    return -1;
  }

  function isKey(key: string, entry: number): boolean {
    const start = starts[2 * entry] ?? 0;
    if ((starts[2 * entry + 1] ?? 0) - start !== key.length) {
      return false;
    }
    for (let at = 0; at < key.length; at++) {
      if (text[start + at] !== key.charCodeAt(at)) {
        return false;
      }
    }
    return true;
  }

  return {
    size,
    has: (key) => find(key) >= 0,
    get: (key) => {
      const entry = find(key);
      return entry < 0 ? undefined : read(text, starts[2 * entry + 1] ?? 0, starts[2 * entry + 2] ?? 0);
    },
  };
}

function viewsOf(buffer: SharedArrayBuffer, places: number, size: number) {
  const tableAt = 4 * headerLength;
  const startsAt = tableAt + 4 * places;
  return {
    header: new Uint32Array(buffer, 0, headerLength),
    table: new Uint32Array(buffer, tableAt, places),
    starts: new Uint32Array(buffer, startsAt, 2 * size + 1),
    text: new Uint16Array(buffer, startsAt + 4 * (2 * size + 1)),
  };
}

function write(text: Uint16Array, written: string, from: number): number {
  for (let at = 0; at < written.length; at++) {
    text[from + at] = written.charCodeAt(at);
  }
  return from + written.length;
}

/** Few enough for the arguments of one call. */
const unitsAtOnce = 4_096;

function read(text: Uint16Array, from: number, to: number): string {
  let result = '';
  for (let at = from; at < to; at += unitsAtOnce) {
    result += String.fromCharCode(...text.subarray(at, Math.min(to, at + unitsAtOnce)));
  }
  return result;
}

/** FNV-1a over UTF-16 units (Fowler, Noll & Vo), with its bits mixed at the end, since the low ones choose the place. */
function hash(key: string): number {
  let bits = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) {
    bits = Math.imul(bits ^ key.charCodeAt(at), 0x01000193);
  }
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  return (bits ^ (bits >>> 13)) >>> 0;
}
