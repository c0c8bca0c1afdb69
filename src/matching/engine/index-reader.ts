import { acceptedDocuments } from './accepted-documents.ts';
import { FrozenReader } from './frozen-reader.ts';
import { type EncodedId, encodeId } from './id-codec.ts';
import { type ConceptMembers, type WeightedConcept, wholeWeight } from './index-query.ts';
import { codedLength, type LengthNorms, lengthNorms } from './length-norms.ts';
import { MutableReader } from './mutable-reader.ts';
import type { MutableSegment } from './mutable-segment.ts';
import type { WeightedList } from './query-list.ts';
import { offerSegment } from './score-segment.ts';
import type { Segment } from './segment.ts';
import type { SearchLists, SegmentReader } from './segment-reader.ts';
import { TaggedDocuments } from './tagged-documents.ts';
import { addOccurrence, type FieldLengths } from './term-counts.ts';
import { TokenBuffer } from './token-buffer.ts';
import { type RankedDocument, TopDocuments } from './top-documents.ts';
import type { AnalysedDocument, DocumentTerm, FieldTokens, TagFilter } from './types.ts';

export type IndexSearch = {
  limit: number;
  filter?: TagFilter | undefined;
  /** Scores every document: what early termination is tested against. */
  exhaustive?: boolean | undefined;
  /** Receives the lists that it used, for `rescore`. */
  lists?: SearchLists;
};

/** What readers of queries and texts ask of an index. */
export type IndexStatistics = {
  readonly size: number;
  /** The mean lengths of the documents as they are now. */
  readonly norms: LengthNorms;
  /** In how many documents any of the members occurs. */
  documentFrequency(concept: ConceptMembers): number;
};

/** A segment of an index, to be read by any thread. `key` names it for as long as the index lives. */
export type IndexPart = { key: number } & (
  | { kind: 'segment'; segment: Segment }
  | { kind: 'mutable'; segment: MutableSegment }
);

/**
 * Everything that reading an index takes: shared memory and numbers, cheap to post to another thread. Additions to its mutable
 * segments and removals show at once; a new `version` means other segments.
 */
export type EngineManifest = {
  version: number;
  parts: IndexPart[];
  /** Documents, then the sums of title, keyword and body lengths. */
  statistics: Float64Array;
};

/** Reads an index of the same or another thread. */
export class IndexReader implements IndexStatistics {
  private readers = new Map<number, SegmentReader>();
  private ordered: SegmentReader[] = [];
  private version = -1;
  private statistics: Float64Array;
  private currentNorms: LengthNorms | undefined;
  private readonly normsSeen = new Float64Array(4);
  private readonly tagged = new TaggedDocuments();

  constructor(manifest: EngineManifest) {
    this.statistics = manifest.statistics;
    this.update(manifest);
  }

  /** Goes over to other segments; what was kept for those that stay is kept. */
  update({ version, parts, statistics }: EngineManifest): void {
    this.version = version;
    this.statistics = statistics;
    const before = this.readers;
    this.readers = new Map(parts.map((part) => [part.key, before.get(part.key) ?? this.readerOf(part)]));
    // The largest first: they raise the threshold for the others.
    this.ordered = [...this.readers.values()].sort((a, b) => b.lengthsStride - a.lengthsStride);
  }

  get size(): number {
    return this.statistics[0] as number;
  }

  /** Another one after every addition and removal. */
  get state(): string {
    const parts = this.ordered.map((reader) => `${reader.size}-${reader.goneCount()}`);
    return `${this.version} ${this.statistics.join()} ${parts.join()}`;
  }

  get norms(): LengthNorms {
    const { statistics, normsSeen } = this;
    if (this.currentNorms === undefined || normsSeen.some((value, at) => value !== statistics[at])) {
      normsSeen.set(statistics);
      const [documents = 0, title = 0, keywords = 0, body = 0] = normsSeen;
      this.currentNorms = lengthNorms([title, keywords, body], documents);
    }
    return this.currentNorms;
  }

  documentFrequency({ key, members }: ConceptMembers): number {
    return this.current().reduce((sum, reader) => sum + reader.frequency(key, members), 0);
  }

  /** Points, not scores: `scoreUnits` of them are 1. */
  search(
    query: readonly WeightedConcept[],
    { limit, filter = {}, exhaustive = false, lists }: IndexSearch,
  ): RankedDocument[] {
    const top = new TopDocuments(limit);
    for (const reader of this.current()) {
      const weighted: WeightedList[] = [];
      const made = query.map(({ concept: { key, members }, weight: share }) => {
        const weight = wholeWeight(share);
        const list = weight > 0 ? reader.list(key, members) : undefined;
        if (list !== undefined) {
          weighted.push({ list, weight });
        }
        return list;
      });
      lists?.set(reader, made);
      offerSegment(reader, weighted, top, acceptedDocuments(reader, filter), exhaustive);
    }
    return top.toSorted();
  }

  /** The number, in one part, of a document that is not gone; -1 if it is not there. */
  find(partKey: number, id: EncodedId): number {
    return this.readers.get(partKey)?.find(id) ?? -1;
  }

  /** Where a document that is not gone lies. */
  locate(id: string): { reader: SegmentReader; document: number } | undefined {
    const encoded = encodeId(id);
    for (const reader of this.ordered) {
      const document = reader.find(encoded);
      if (document >= 0) {
        return { reader, document };
      }
    }
    return undefined;
  }

  /** The words of an indexed document, each once; undefined for an id that is not there. */
  documentTerms(id: string): DocumentTerm[] | undefined {
    const place = this.locate(id);
    return place && termsOf(place.reader, place.document);
  }

  /** The words of an indexed document as they were when it was read; undefined where none with that id has the tag. */
  documentFields(id: string, tag: string): AnalysedDocument['fields'] | undefined {
    const place = this.locate(id);
    return place !== undefined && this.tagged.has(place.reader, place.document, tag)
      ? fieldsOf(place.reader, place.document)
      : undefined;
  }

  /** Its number of words in title, keywords and body, as scoring sees them. */
  documentLengths(id: string): FieldLengths | undefined {
    const place = this.locate(id);
    if (place === undefined) {
      return undefined;
    }
    const { lengths, lengthsStride: stride } = place.reader;
    const lengthIn = (field: number) => codedLength(lengths[field * stride + place.document] as number);
    return [lengthIn(0), lengthIn(1), lengthIn(2)];
  }

  private current(): readonly SegmentReader[] {
    const { norms } = this;
    for (const reader of this.ordered) {
      reader.setNorms(norms);
    }
    return this.ordered;
  }

  private readerOf(part: IndexPart): SegmentReader {
    return part.kind === 'segment'
      ? new FrozenReader(part.segment, this.norms)
      : new MutableReader(part.segment, this.norms);
  }
}

function termsOf(reader: SegmentReader, document: number): DocumentTerm[] {
  const counts = new Map<number, number>();
  const buffer = new TokenBuffer();
  reader.readTokens(document, buffer);
  let at = 0;
  buffer.lengths.forEach((length, field) => {
    for (const end = at + length; at < end; at++) {
      const id = reader.termIdAt((buffer.tokens[at] as number) >>> 1);
      counts.set(id, addOccurrence(counts.get(id) ?? 0, field));
    }
  });
  return Array.from(counts, ([id, packed]) => ({ termId: id, packed }));
}

function fieldsOf(reader: SegmentReader, document: number): AnalysedDocument['fields'] {
  const buffer = new TokenBuffer();
  reader.readTokens(document, buffer);
  let from = 0;
  const fieldOf = (length: number): FieldTokens => {
    const tokens = buffer.tokens.subarray(from, from + length);
    from += length;
    return {
      terms: Float64Array.from(tokens, (token) => reader.termIdAt(token >>> 1)),
      joined: Uint8Array.from(tokens, (token) => token & 1),
    };
  };
  const [title, keywords, body] = buffer.lengths;
  return [fieldOf(title), fieldOf(keywords), fieldOf(body)];
}
