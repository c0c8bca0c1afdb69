import type { Readable } from 'node:stream';

/** The bytes of a request on their way in. */
export interface Upload {
  chunks: AsyncIterable<Uint8Array>;
  /** As the sender named it, without parameters; null for none. */
  mediaType: string | null;
  /** As the sender announced it; null when it did not. */
  sizeBytes: number | null;
}

/** Both ends included, counted from 0. */
export interface ByteRange {
  first: number;
  last: number;
}

/** Bytes that are whole and kept by nobody yet. */
export interface StagedFile {
  path: string;
  sizeBytes: number;
  /** Hexadecimal. */
  sha256: string;
  /** Up to `length` bytes from `position`. */
  read(position: number, length: number): Promise<Buffer>;
  /** Takes them away unless a store has kept them. */
  discard(): Promise<void>;
}

/** A file as a client gets it: what its rows say, and its bytes when they are asked for. */
export interface ServedFile {
  name: string;
  mediaType: string;
  sizeBytes: number;
  /** Hexadecimal. */
  sha256: string;
  open(range: ByteRange | null): Promise<Readable>;
}

/**
 * Where bytes are kept, under keys that name one content for ever. Every method fails with AppError UNAVAILABLE when the
 * store is away.
 */
export interface FileStore {
  /** Writes chunks aside, at most a few of them in memory; nothing stays when they break off. */
  stage(chunks: AsyncIterable<Uint8Array>): Promise<StagedFile>;
  /** After a crash all of the bytes are there, or none. */
  keep(key: string, staged: StagedFile): Promise<void>;
  /** @throws Error when there are no bytes under this key */
  open(key: string, range: ByteRange | null): Promise<Readable>;
  /** Also of a key that there is not. */
  remove(key: string): Promise<void>;
  /** All keys, in any order. */
  list(): AsyncIterable<string>;
  close?(): void;
}
