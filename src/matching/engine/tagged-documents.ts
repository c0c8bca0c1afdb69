import { acceptedDocuments } from './accepted-documents.ts';
import type { SegmentReader } from './segment-reader.ts';

/** `size`: how many documents the segment had when the bits were made. */
type Tagged = { size: number; bits: Uint32Array };

/** A bit for each document, so 125 kB a tag for a million of them. */
const maxTagsKept = 64;

/** Which documents have a tag; a segment's list is read once, a mutable one's again when it has grown. */
export class TaggedDocuments {
  private readonly known = new WeakMap<SegmentReader, Map<string, Tagged>>();

  has(reader: SegmentReader, document: number, tag: string): boolean {
    const { bits } = this.taggedIn(reader, document, tag);
    return (((bits[document >>> 5] as number) >>> (document & 31)) & 1) === 1;
  }

  private taggedIn(reader: SegmentReader, document: number, tag: string): Tagged {
    const byTag = this.known.get(reader) ?? new Map<string, Tagged>();
    this.known.set(reader, byTag);
    let tagged = byTag.get(tag);
    if (tagged === undefined || document >= tagged.size) {
      const { size } = reader;
      if (byTag.size >= maxTagsKept) {
        byTag.clear();
      }
      tagged = { size, bits: acceptedDocuments(reader, { all: [[tag]] }) ?? new Uint32Array(Math.ceil(size / 32)) };
      byTag.set(tag, tagged);
    }
    return tagged;
  }
}
