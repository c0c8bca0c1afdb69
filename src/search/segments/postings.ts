import { createByteWriter, numberLength } from './bytes.ts';

/** Where a term stands in a document, the most telling first. */
export const termPlaces = { title: 0, keywords: 1, body: 2 } as const;

/** Of each term its documents, rising, each once: four times the document's number in the segment, and the place. */
export type PostingLists = Map<string, number | number[]>;

/** The terms of a segment, spread by hash, so that a question reads few bytes of each segment. */
export interface Shards {
  count: number;
  /** Those that hold something, one after the other in `data`. */
  numbers: number[];
  lengths: number[];
  data: Buffer;
}

const maxShards = 8_192;
/** Terms with one first character are this many shards, so that those with a common one are not all read for one of them. A power of two. */
export const shardsPerCharacter = 16;
/** From here on come the scripts of which one character is asked for by itself. */
const firstWholeScript = 0x1100;

/** Documents are added one after the other, and their most telling places first: the first place of a term counts. */
export function addPosting(lists: PostingLists, term: string, document: number, place: number): void {
  const posting = document * 4 + place;
  const list = lists.get(term);
  if (list === undefined) lists.set(term, posting);
  else if (typeof list === 'number') {
    if (list >> 2 !== document) lists.set(term, [list, posting]);
  } else if ((list[list.length - 1] as number) >> 2 !== document) list.push(posting);
}

/** Below 2^31. Terms of Chinese that begin with the same character have neighbouring ones, so that so many shards have them all. */
export function termHash(term: string): number {
  const first = term.codePointAt(0) ?? 0;
  if (first < firstWholeScript) return textHash(term, 0);
  const rest = textHash(term, first > 0xffff ? 2 : 1) & (shardsPerCharacter - 1);
  return (Math.imul(first, 0x9e3779b1) >>> 5) * shardsPerCharacter + rest;
}

/** The least hash of the terms that begin with the same character as this one; the others are the next ones. */
export function firstHashOfCharacter(term: string): number {
  return termHash(term) & -shardsPerCharacter;
}

function textHash(term: string, from: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < term.length; at++) hash = Math.imul(hash ^ term.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 1;
}

/** A power of two, about one for each document. */
export function shardCountFor(documents: number): number {
  let count = 1;
  while (count < documents && count < maxShards) count *= 2;
  return count;
}

/** The lists by shard, each term with its length before it, its postings with theirs; documents as differences. */
export function encodeShards(lists: PostingLists, count: number): Shards {
  const byShard: { terms: string[]; lists: (number | number[])[] }[] = [];
  for (const [term, list] of lists) {
    const shard = termHash(term) & (count - 1);
    let ofShard = byShard[shard];
    if (ofShard === undefined) {
      ofShard = { terms: [], lists: [] };
      byShard[shard] = ofShard;
    }
    ofShard.terms.push(term);
    ofShard.lists.push(list);
  }
  const writer = createByteWriter(lists.size * 12 + 64);
  const shards: Shards = { count, numbers: [], lengths: [], data: Buffer.alloc(0) };
  byShard.forEach((ofShard, shard) => {
    const start = writer.length;
    ofShard.terms.forEach((term, at) => {
      writer.text(term);
      const list = ofShard.lists[at] as number | number[];
      if (typeof list === 'number') {
        writer.number(numberLength(list));
        writer.number(list);
        return;
      }
      writer.number(encodedLength(list));
      let before = 0;
      for (const posting of list) {
        writer.number(posting - (before & ~3));
        before = posting;
      }
    });
    shards.numbers.push(shard);
    shards.lengths.push(writer.length - start);
  });
  shards.data = writer.take();
  return shards;
}

function encodedLength(postings: readonly number[]): number {
  let length = 0;
  let before = 0;
  for (const posting of postings) {
    length += numberLength(posting - (before & ~3));
    before = posting;
  }
  return length;
}

/** Calls for each posting of the term; with `anyEnd` of each term that begins so. A document may then come several times. */
export function readPostings(
  shard: Buffer,
  term: Buffer,
  anyEnd: boolean,
  onPosting: (document: number, place: number) => void,
): void {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = shard[at++] as number;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < shard.length) {
    const termLength = number();
    const termStart = at;
    at += termLength;
    const length = number();
    const end = at + length;
    const fits = anyEnd ? termLength >= term.length : termLength === term.length;
    if (fits && begins(shard, termStart, term)) {
      let posting = 0;
      while (at < end) {
        posting = (posting & ~3) + number();
        onPosting(posting >> 2, posting & 3);
      }
      if (!anyEnd) return;
    }
    at = end;
  }
}

function begins(shard: Buffer, start: number, term: Buffer): boolean {
  for (let at = 0; at < term.length; at++) if (shard[start + at] !== term[at]) return false;
  return true;
}

/** Adds what a shard holds, each document under its new number; those without one (-1) are left out. */
export function addShard(lists: PostingLists, shard: Buffer, newNumbers: Int32Array): void {
  let at = 0;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = shard[at++] as number;
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < shard.length) {
    const termLength = number();
    const term = shard.toString('utf8', at, at + termLength);
    at += termLength;
    const length = number();
    const end = at + length;
    let posting = 0;
    while (at < end) {
      posting = (posting & ~3) + number();
      const document = newNumbers[posting >> 2] ?? -1;
      if (document >= 0) addPosting(lists, term, document, posting & 3);
    }
  }
}
