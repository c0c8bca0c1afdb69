import { type EncodedId, enterIds, type IdStore, idTable } from './id-codec.ts';
import { lengthCode } from './length-norms.ts';
import type { PostingBuffer } from './posting-buffer.ts';
import type { Removed } from './segment.ts';
import { powerOfTwoFrom, sharedFloat64, sharedUint8, sharedUint16, sharedUint32 } from './shared-arrays.ts';
import { addOccurrence, type FieldLengths } from './term-counts.ts';
import { enterNumber, findNumber, pairId, tagId } from './term-id.ts';
import type { TokenBuffer } from './token-buffer.ts';
import type { AnalysedDocument } from './types.ts';

/**
 * Where documents are added: searchable at once, in shared memory. One thread appends, any may read: `published` is stored last, and
 * readers leave out documents from there on. A term's postings are a chain, newest document first.
 */
export type MutableSegment = {
  capacity: { documents: number; postings: number };
  /** Documents that may be read; terms and postings that are used (the writer's own). */
  published: Uint32Array;
  used: Uint32Array;
  lengths: Uint8Array;
  ids: IdStore;
  /** Where each field's tokens begin, three for a document, and one more; term number × 2 + joined. */
  tokens: { offsets: Uint32Array; numbers: Uint32Array };
  terms: { ids: Float64Array; table: Uint32Array; heads: Uint32Array };
  /** `next` is the place of the next posting plus one, 0 at the end, as are heads. */
  postings: { documents: Uint16Array; packed: Uint16Array; next: Uint32Array };
  removed: Pick<Removed, 'count' | 'bits'>;
};

const maxDocuments = 4_096;
const idBytesPerDocument = 24;

/** Room for so many postings (words, pairs and tags of a document, each once) and a number of documents that goes with it. */
export function createMutableSegment(postings: number, idBytes = 0): MutableSegment {
  const documents = Math.min(maxDocuments, Math.max(16, postings >>> 5));
  return {
    capacity: { documents, postings },
    published: sharedUint32(1),
    used: sharedUint32(2),
    lengths: sharedUint8(3 * documents),
    ids: {
      offsets: sharedUint32(documents + 1),
      bytes: sharedUint8(Math.max(idBytes, idBytesPerDocument * documents)),
      table: idTable(documents),
    },
    tokens: { offsets: sharedUint32(3 * documents + 1), numbers: sharedUint32(postings) },
    terms: {
      ids: sharedFloat64(postings),
      table: sharedUint32(powerOfTwoFrom(postings * 1.5)),
      heads: sharedUint32(postings),
    },
    postings: {
      documents: sharedUint16(postings),
      packed: sharedUint16(postings),
      next: sharedUint32(postings),
    },
    removed: { count: sharedUint32(1), bits: sharedUint32(Math.ceil(documents / 32)) },
  };
}

export function fieldLengths({ fields }: AnalysedDocument): FieldLengths {
  return [fields[0].terms.length, fields[1].terms.length, fields[2].terms.length];
}

/** The most postings that a document can make. */
export function mostPostings(document: AnalysedDocument): number {
  const [title, keywords, body] = fieldLengths(document);
  return 2 * (title + keywords + body) + document.tags.length;
}

export function hasRoom(segment: MutableSegment, document: AnalysedDocument, id: EncodedId): boolean {
  const { capacity, ids, tokens } = segment;
  const documents = segment.published[0] as number;
  const most = mostPostings(document);
  return (
    documents < capacity.documents &&
    (segment.used[1] as number) + most <= capacity.postings &&
    (tokens.offsets[3 * documents] as number) + most <= tokens.numbers.length &&
    (ids.offsets[documents] as number) + id.bytes.length <= ids.bytes.length
  );
}

/** Adds a document for which there is room; returns its number. */
export function append(segment: MutableSegment, { fields, tags }: AnalysedDocument, id: EncodedId): number {
  const { tokens, lengths, ids, capacity } = segment;
  const document = segment.published[0] as number;
  let token = tokens.offsets[3 * document] as number;
  for (const field of [0, 1, 2] as const) {
    const { terms, joined } = fields[field];
    for (let at = 0; at < terms.length; at++) {
      const term = terms[at] as number;
      const isJoined = joined[at] as number;
      const number = numberOf(segment, term);
      tokens.numbers[token++] = 2 * number + isJoined;
      count(segment, number, document, field);
      if (isJoined === 1) {
        count(segment, numberOf(segment, pairId(terms[at - 1] as number, term)), document, field);
      }
    }
    tokens.offsets[3 * document + field + 1] = token;
    lengths[field * capacity.documents + document] = lengthCode(terms.length);
  }
  for (const tag of new Set(tags)) {
    count(segment, numberOf(segment, tagId(tag)), document, 2);
  }
  const idStart = ids.offsets[document] as number;
  ids.bytes.set(id.bytes, idStart);
  ids.offsets[document + 1] = idStart + id.bytes.length;
  enterIds(ids, document, document + 1);
  Atomics.store(segment.published, 0, document + 1);
  return document;
}

function numberOf(segment: MutableSegment, id: number): number {
  const { terms, used } = segment;
  const known = findNumber(terms.table, terms.ids, id);
  if (known >= 0) {
    return known;
  }
  const number = used[0] as number;
  used[0] = number + 1;
  terms.ids[number] = id;
  enterNumber(terms.table, id, number);
  return number;
}

function count(segment: MutableSegment, term: number, document: number, field: number): void {
  const { terms, postings, used } = segment;
  const head = terms.heads[term] as number;
  if (head > 0 && postings.documents[head - 1] === document) {
    postings.packed[head - 1] = addOccurrence(postings.packed[head - 1] as number, field);
    return;
  }
  const posting = used[1] as number;
  used[1] = posting + 1;
  postings.documents[posting] = document;
  postings.packed[posting] = addOccurrence(0, field);
  postings.next[posting] = head;
  terms.heads[term] = posting + 1;
}

export function publishedDocuments(segment: MutableSegment): number {
  return Atomics.load(segment.published, 0);
}

/** Reads the list of a term by its number, of documents below `before`, gone or not. */
export function readChain(segment: MutableSegment, term: number, before: number, into: PostingBuffer): void {
  const { terms, postings } = segment;
  let count = 0;
  for (let at = terms.heads[term] as number; at > 0; at = postings.next[at - 1] as number) {
    const document = postings.documents[at - 1] as number;
    if (document < before) {
      into.extend(count + 1);
      into.documents[count] = document;
      into.packed[count] = postings.packed[at - 1] as number;
      count++;
    }
  }
  into.count = count;
  if (count > 1) {
    into.documents.subarray(0, count).reverse();
    into.packed.subarray(0, count).reverse();
  }
}

export function exactLengths({ tokens: { offsets } }: MutableSegment, document: number, into: FieldLengths): void {
  for (const field of [0, 1, 2] as const) {
    const at = 3 * document + field;
    into[field] = (offsets[at + 1] as number) - (offsets[at] as number);
  }
}

export function readMutableTokens(segment: MutableSegment, document: number, into: TokenBuffer): void {
  const { offsets, numbers } = segment.tokens;
  const start = offsets[3 * document] as number;
  const end = offsets[3 * document + 3] as number;
  exactLengths(segment, document, into.lengths);
  into.reserve(end - start);
  into.tokens.set(numbers.subarray(start, end));
}
