import { PostingBuffer } from './posting-buffer.ts';
import type { SegmentReader } from './segment-reader.ts';
import { tagId } from './term-id.ts';
import type { TagFilter } from './types.ts';

const buffer = new PostingBuffer();

/** A bit for each of a segment's documents that the filter lets through; undefined when it asks for nothing. */
export function acceptedDocuments(reader: SegmentReader, { all = [], none = [] }: TagFilter): Uint32Array | undefined {
  if (all.length === 0 && none.length === 0) {
    return undefined;
  }
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
