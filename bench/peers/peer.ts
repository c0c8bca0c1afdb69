import type { BenchText } from '../quality/files.ts';

/**
 * Another search engine, asked the same: any of a demand's words counts, the best `limit` documents are wanted, the scoring is the
 * engine's own default. `--peers` of the benches names them.
 */
export type Peer = {
  add(documents: readonly BenchText[]): void | Promise<void>;
  /** What must be made after the last document, before it can answer. */
  finish?(): Promise<void>;
  /** Ids, best first. */
  search(words: string, limit: number): readonly string[] | Promise<readonly string[]>;
  /** Where it is not in this process's memory: tables and indexes. */
  storageMb?(): Promise<number>;
  close?(): Promise<void>;
};

export const peerNames = ['minisearch', 'orama', 'flexsearch', 'postgres'] as const;

export type PeerName = (typeof peerNames)[number];
