import type { QueryTerm } from '../index-terms.ts';
import type { SegmentView } from '../store/segments.ts';
import { readPostings } from './postings.ts';

/** Documents of a segment that a question matches, with scores of 0–1 by the document's number. */
export interface Matches {
  segment: SegmentView;
  documents: Int32Array;
  scores: Float32Array | null;
}

/** Of one term in one segment: the place of each document that has it, plus one; 0 for those that have not. */
export type TermPlaces = Uint8Array;

/** What a term counts by where a document has it, when the document has all: two in the body outweigh one in the title. */
const worthOfPlace = [1, 0.8, 0.6] as const;

export function isDead({ dead }: SegmentView, document: number): boolean {
  return dead !== null && (((dead[document >> 3] as number) >> (document & 7)) & 1) === 1;
}

export function everything(segment: SegmentView): Matches {
  const documents = new Int32Array(segment.held.count);
  let count = 0;
  for (let at = 0; at < documents.length; at++) if (!isDead(segment, at)) documents[count++] = at;
  return { segment, documents: documents.subarray(0, count), scores: null };
}

/** Null where no document of the segment has the term. The dead are left out. */
export function placesOf(segment: SegmentView, asked: number, { term, anywhere }: QueryTerm): TermPlaces | null {
  const shard = segment.shards[asked];
  if (shard === undefined) return null;
  const places = new Uint8Array(segment.held.count);
  let some = false;
  readPostings(shard, Buffer.from(term), anywhere, (document, place) => {
    if (isDead(segment, document)) return;
    some = true;
    const before = places[document] as number;
    if (before === 0 || place + 1 < before) places[document] = place + 1;
  });
  return some ? places : null;
}

/** Those that have every term, 0.5–1. */
export function withEvery(segment: SegmentView, terms: readonly (TermPlaces | null)[]): Matches {
  const { count } = segment.held;
  const present = terms.filter((places) => places !== null);
  const documents = new Int32Array(count);
  const scores = new Float32Array(count);
  if (present.length < terms.length || terms.length === 0) return { segment, documents: new Int32Array(0), scores };
  let found = 0;
  for (let document = 0; document < count; document++) {
    let worth = 0;
    for (const places of present) {
      const place = places[document] as number;
      if (place === 0) {
        worth = -1;
        break;
      }
      worth += worthOfPlace[place - 1] as number;
    }
    if (worth < 0) continue;
    scores[document] = 0.5 + worth / (2 * terms.length);
    documents[found++] = document;
  }
  return { segment, documents: documents.subarray(0, found), scores };
}
