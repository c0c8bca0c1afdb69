import { type EncodedId, findId, idAt } from './id-codec.ts';
import { type Impacts, impactsUnder, type LengthNorms } from './length-norms.ts';
import { countLive, liveFrequency, makeList, singleTerm } from './make-list.ts';
import { type MutableSegment, publishedDocuments, readChain, readMutableTokens } from './mutable-segment.ts';
import type { PostingBuffer } from './posting-buffer.ts';
import type { Member, QueryList } from './query-list.ts';
import { isRemoved } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';
import { findNumber } from './term-id.ts';
import type { TokenBuffer } from './token-buffer.ts';

export class MutableReader implements SegmentReader {
  readonly segment = undefined;
  readonly mutable: MutableSegment;
  readonly lengths: Uint8Array;
  readonly lengthsStride: number;
  impacts: Impacts;

  constructor(mutable: MutableSegment, norms: LengthNorms) {
    this.mutable = mutable;
    this.lengths = mutable.lengths;
    this.lengthsStride = mutable.capacity.documents;
    this.impacts = impactsUnder(norms);
  }

  get size(): number {
    return publishedDocuments(this.mutable);
  }

  setNorms(norms: LengthNorms): void {
    if (norms.key !== this.impacts.norms.key) {
      this.impacts = impactsUnder(norms);
    }
  }

  isGone(document: number): boolean {
    return isRemoved(this.mutable.removed, document);
  }

  goneCount(): number {
    return this.mutable.removed.count[0] as number;
  }

  idAt(document: number): string {
    return idAt(this.mutable.ids, document);
  }

  find(id: EncodedId): number {
    const { size } = this;
    return findId(this.mutable.ids, id, (document) => document >= size || this.isGone(document));
  }

  read(id: number, into: PostingBuffer): void {
    const term = this.termNumber(id);
    into.count = 0;
    if (term >= 0) {
      readChain(this.mutable, term, this.size, into);
    }
  }

  list(_key: string, members: readonly Member[]): QueryList | undefined {
    return makeList(this, members);
  }

  frequency(key: string, members: readonly Member[]): number {
    const single = singleTerm(members);
    if (single !== undefined) {
      return liveFrequency(this, single);
    }
    const list = this.list(key, members);
    return list === undefined ? 0 : countLive(this, list.documents, list.count);
  }

  readTokens(document: number, into: TokenBuffer): void {
    readMutableTokens(this.mutable, document, into);
  }

  termIdAt(term: number): number {
    return this.mutable.terms.ids[term] as number;
  }

  termNumber(id: number): number {
    const { terms } = this.mutable;
    return findNumber(terms.table, terms.ids, id);
  }
}
