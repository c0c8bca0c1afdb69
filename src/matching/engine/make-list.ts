import { impactOf } from './length-norms.ts';
import { PostingBuffer } from './posting-buffer.ts';
import { readList } from './postings.ts';
import { type Member, noDocuments, noImpacts, type QueryList } from './query-list.ts';
import type { Segment } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';
import { smallerCounts } from './term-counts.ts';

export const emptyList: QueryList = {
  term: -1,
  documents: noDocuments,
  impacts: noImpacts,
  packed: undefined,
  count: 0,
  bound: 0,
};

export function singleTerm(members: readonly Member[]): number | undefined {
  const [only] = members;
  return members.length === 1 && only?.ids.length === 1 && only.weight === 1 ? only.ids[0] : undefined;
}

const buffer = new PostingBuffer();
const otherBuffer = new PostingBuffer();

export function liveFrequency(reader: SegmentReader, id: number): number {
  reader.read(id, buffer);
  return buffer.count === 0 ? 0 : countLive(reader, buffer.documents, buffer.count);
}

export function makeList(reader: SegmentReader, members: readonly Member[]): QueryList | undefined {
  const single = singleTerm(members);
  return single === undefined ? makeConceptList(reader, members) : makeTermList(reader, single);
}

function makeTermList(reader: SegmentReader, id: number): QueryList | undefined {
  reader.read(id, buffer);
  const { count } = buffer;
  const { impacts: worth, lengths, lengthsStride: stride } = reader;
  if (count === 0) {
    return undefined;
  }
  const documents = buffer.documents.slice(0, count);
  const impacts = new Uint16Array(count);
  let bound = 0;
  for (let at = 0; at < count; at++) {
    const impact = worth.impactIn(buffer.packed[at] as number, lengths, stride, documents[at] as number);
    impacts[at] = impact;
    bound = Math.max(bound, impact);
  }
  return { term: -1, documents, impacts, packed: undefined, count, bound };
}

/** A list that the segment keeps in the short form. */
export function shortList(segment: Segment, term: number, bound: number): QueryList {
  readList(segment, term, buffer);
  const { count } = buffer;
  const documents = buffer.documents.slice(0, count);
  return { term: -1, documents, impacts: noImpacts, packed: buffer.packed.slice(0, count), count, bound };
}

function makeConceptList(reader: SegmentReader, members: readonly Member[]): QueryList | undefined {
  const frequencies = new Map<number, number>();
  for (const { ids, weight } of members) {
    readAll(reader, ids);
    for (let at = 0; at < buffer.count; at++) {
      const document = buffer.documents[at] as number;
      const frequency = weight * frequencyIn(reader, document, buffer.packed[at] as number);
      frequencies.set(document, (frequencies.get(document) ?? 0) + frequency);
    }
  }
  if (frequencies.size === 0) {
    return undefined;
  }
  const documents = Uint32Array.from(frequencies.keys()).sort();
  const impacts = Uint16Array.from(documents, (document) => impactOf(frequencies.get(document) ?? 0));
  const count = documents.length;
  const bound = impacts.reduce((most, impact) => Math.max(most, impact), 0);
  return { term: -1, documents, impacts, packed: undefined, count, bound };
}

/** Reads the documents that hold every one of the terms, with the smallest count per field of them. */
function readAll(reader: SegmentReader, ids: readonly number[]): void {
  reader.read(ids[0] ?? -1, buffer);
  for (let which = 1; which < ids.length && buffer.count > 0; which++) {
    reader.read(ids[which] as number, otherBuffer);
    let kept = 0;
    let other = 0;
    for (let at = 0; at < buffer.count; at++) {
      const document = buffer.documents[at] as number;
      while (other < otherBuffer.count && (otherBuffer.documents[other] as number) < document) {
        other++;
      }
      if (other < otherBuffer.count && otherBuffer.documents[other] === document) {
        const packed = smallerCounts(buffer.packed[at] as number, otherBuffer.packed[other] as number);
        if (packed > 0) {
          buffer.documents[kept] = document;
          buffer.packed[kept] = packed;
          kept++;
        }
      }
    }
    buffer.count = kept;
  }
}

export function countLive(reader: SegmentReader, documents: Uint32Array, count: number): number {
  if (reader.goneCount() === 0) {
    return count;
  }
  let live = 0;
  for (let at = 0; at < count; at++) {
    live += reader.isGone(documents[at] as number) ? 0 : 1;
  }
  return live;
}

function frequencyIn({ impacts, lengths, lengthsStride }: SegmentReader, document: number, packed: number): number {
  return impacts.frequency(
    packed,
    lengths[document] as number,
    lengths[lengthsStride + document] as number,
    lengths[2 * lengthsStride + document] as number,
  );
}
