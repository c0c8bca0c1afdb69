import { PostingBuffer } from './posting-buffer.ts';
import type { Segment } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';
import { tagId } from './term-id.ts';
import type { TagFilter } from './types.ts';

const buffer = new PostingBuffer();

/** The bits of the filters last used, by segment: a frozen one's tags do not change, and removals are kept apart. */
const keptBits = new WeakMap<Segment, Map<string, Uint32Array>>();
const maxKeptFilters = 16;

/** A bit for each of a segment's documents that the filter lets through, not to be changed; undefined when it asks for nothing. */
export function acceptedDocuments(reader: SegmentReader, filter: TagFilter): Uint32Array | undefined {
  const { all = [], none = [] } = filter;
  if (all.length === 0 && none.length === 0) {
    return undefined;
  }
  const { segment } = reader;
  if (segment === undefined) {
    return filterBits(reader, all, none);
  }
  const kept = keptBits.get(segment) ?? new Map<string, Uint32Array>();
  keptBits.set(segment, kept);
  const key = JSON.stringify([all, none]);
  const bits = kept.get(key) ?? filterBits(reader, all, none);
  // The one used last stands last, the first is forgotten.
  kept.delete(key);
  kept.set(key, bits);
  const [oldest] = kept.keys();
  if (kept.size > maxKeptFilters && oldest !== undefined) {
    kept.delete(oldest);
  }
  return bits;
}

function filterBits(reader: SegmentReader, all: readonly (readonly string[])[], none: readonly string[]): Uint32Array {
  const words = Math.ceil(reader.size / 32);
  let accepted: Uint32Array | undefined;
  for (const anyOf of all) {
    const bits = documentsWith(reader, anyOf, words);
    accepted = accepted?.map((word, at) => word & (bits[at] as number)) ?? bits;
  }
  accepted ??= new Uint32Array(words).fill(0xffffffff);
  if (none.length === 0) {
    return accepted;
  }
  const refused = documentsWith(reader, none, words);
  return accepted.map((word, at) => word & ~(refused[at] as number));
}

function documentsWith(reader: SegmentReader, tags: readonly string[], words: number): Uint32Array {
  const bits = new Uint32Array(words);
  for (const tag of tags) {
    reader.read(tagId(tag), buffer);
    const { documents, count } = buffer;
    for (let at = 0; at < count; at++) {
      const document = documents[at] as number;
      bits[document >>> 5] = (bits[document >>> 5] as number) | (1 << (document & 31));
    }
  }
  return bits;
}
