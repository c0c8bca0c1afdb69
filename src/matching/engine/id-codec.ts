import { sharedUint32 } from './shared-arrays.ts';

/** Document ids as bytes: a kind, then 16 bytes of a UUID, one byte a character, or two. */
const latinKind = 0;
const wideKind = 1;
const uuidKind = 2;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const widePattern = /[^\0-\xff]/;

/** An id as bytes and their hash. */
export type EncodedId = { bytes: Uint8Array; hash: number };

/** Ids of documents by number. `table` is of open addressing; its places hold documents plus one, 0 is free. */
export type IdStore = { offsets: Uint32Array; bytes: Uint8Array; table: Uint32Array };

export function encodeId(id: string): EncodedId {
  const bytes = bytesOf(id);
  return { bytes, hash: hashOf(bytes, 0, bytes.length) };
}

function bytesOf(id: string): Uint8Array {
  if (id.length === 36 && uuidPattern.test(id)) {
    const digits = id.replaceAll('-', '');
    const bytes = new Uint8Array(17);
    bytes[0] = uuidKind;
    for (let at = 0; at < 16; at++) {
      bytes[at + 1] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
    }
    return bytes;
  }
  if (!widePattern.test(id)) {
    const bytes = new Uint8Array(id.length + 1);
    bytes[0] = latinKind;
    for (let at = 0; at < id.length; at++) {
      bytes[at + 1] = id.charCodeAt(at);
    }
    return bytes;
  }
  const bytes = new Uint8Array(2 * id.length + 1);
  bytes[0] = wideKind;
  for (let at = 0; at < id.length; at++) {
    const unit = id.charCodeAt(at);
    bytes[2 * at + 1] = unit & 0xff;
    bytes[2 * at + 2] = unit >>> 8;
  }
  return bytes;
}

export function idAt({ offsets, bytes }: IdStore, document: number): string {
  const start = offsets[document] as number;
  const end = offsets[document + 1] as number;
  const kind = bytes[start];
  if (kind === uuidKind) {
    let digits = '';
    for (let at = start + 1; at < end; at++) {
      digits += (bytes[at] as number).toString(16).padStart(2, '0');
    }
    return [[0, 8], [8, 12], [12, 16], [16, 20], [20]].map(([from, to]) => digits.slice(from, to)).join('-');
  }
  let id = '';
  const step = kind === wideKind ? 2 : 1;
  for (let at = start + 1; at < end; at += step) {
    id += String.fromCharCode((bytes[at] as number) | (step === 2 ? (bytes[at + 1] as number) << 8 : 0));
  }
  return id;
}

/** The number of the document with an id that is not `gone`, or -1: an id comes again when its document was replaced. */
export function findId(store: IdStore, id: EncodedId, gone: (document: number) => boolean): number {
  const { table } = store;
  const mask = table.length - 1;
  for (let place = id.hash & mask; ; place = (place + 1) & mask) {
    const document = (table[place] as number) - 1;
    if (document < 0) {
      return -1;
    }
    if (isSame(store, document, id.bytes) && !gone(document)) {
      return document;
    }
  }
}

/** Enters documents `from` to `to` into the table, which has room. */
export function enterIds({ offsets, bytes, table }: IdStore, from: number, to: number): void {
  const mask = table.length - 1;
  for (let document = from; document < to; document++) {
    let place = hashOf(bytes, offsets[document] as number, offsets[document + 1] as number) & mask;
    while (table[place] !== 0) {
      place = (place + 1) & mask;
    }
    table[place] = document + 1;
  }
}

/** A free table for so many ids. */
export function idTable(documents: number): Uint32Array {
  let length = 8;
  while (length < documents * 1.4) {
    length *= 2;
  }
  return sharedUint32(length);
}

function isSame({ offsets, bytes }: IdStore, document: number, wanted: Uint8Array): boolean {
  const start = offsets[document] as number;
  if ((offsets[document + 1] as number) - start !== wanted.length) {
    return false;
  }
  for (let at = 0; at < wanted.length; at++) {
    if (bytes[start + at] !== wanted[at]) {
      return false;
    }
  }
  return true;
}

/** FNV-1a, its bits mixed once more. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < to; at++) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
