import { type EncodedId, findId, idAt } from './id-codec.ts';
import { growthOfFrequencies, type Impacts, impactsUnder, type LengthNorms, scaleBound } from './length-norms.ts';
import { countLive, emptyList, liveFrequency, makeList, shortList, singleTerm } from './make-list.ts';
import type { PostingBuffer } from './posting-buffer.ts';
import { isChunked, readList } from './postings.ts';
import { type Member, noDocuments, noImpacts, type QueryList } from './query-list.ts';
import { readPair } from './rare-pairs.ts';
import { findTerm, isRemoved, type Segment } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';
import { isPairId } from './term-id.ts';
import { readTokens, type TokenBuffer } from './token-buffer.ts';

/** Lists made for concepts are kept up to these numbers, then made anew when asked for. */
const maxKeptPostings = 1_000_000;
const maxKeptLists = 20_000;

export class FrozenReader implements SegmentReader {
  readonly segment: Segment;
  readonly lengths: Uint8Array;
  readonly lengthsStride: number;
  impacts: Impacts;
  private growth: number;
  private readonly keptLists = new Map<string, QueryList & { live: number; goneSeen: number }>();
  private keptPostings = 0;

  constructor(segment: Segment, norms: LengthNorms) {
    this.segment = segment;
    this.lengths = segment.lengths;
    this.lengthsStride = segment.documents;
    this.impacts = impactsUnder(norms);
    this.growth = growthOfFrequencies(segment.norms, norms, segment.totals);
  }

  get size(): number {
    return this.segment.documents;
  }

  setNorms(norms: LengthNorms): void {
    if (norms.key !== this.impacts.norms.key) {
      this.impacts = impactsUnder(norms);
      this.growth = growthOfFrequencies(this.segment.norms, norms, this.segment.totals);
      this.forgetLists();
    }
  }

  isGone(document: number): boolean {
    return isRemoved(this.segment.removed, document);
  }

  goneCount(): number {
    return this.segment.removed.count[0] as number;
  }

  idAt(document: number): string {
    return idAt(this.segment.ids, document);
  }

  find(id: EncodedId): number {
    return findId(this.segment.ids, id, (document) => this.isGone(document));
  }

  read(id: number, into: PostingBuffer): void {
    const term = findTerm(this.segment, id);
    if (term >= 0) {
      readList(this.segment, term, into);
    } else if (isPairId(id)) {
      readPair(this.segment, id, into);
    } else {
      into.count = 0;
    }
  }

  list(key: string, members: readonly Member[]): QueryList | undefined {
    const single = singleTerm(members);
    if (single === undefined) {
      return this.keptList(key, members);
    }
    const term = findTerm(this.segment, single);
    if (term >= 0) {
      return this.termList(term);
    }
    return isPairId(single) ? makeList(this, members) : undefined;
  }

  /** A list that the segment keeps: read now if it is short, else walked where it lies. */
  private termList(term: number): QueryList {
    const { terms } = this.segment;
    const bound = scaleBound(terms.bounds[term] as number, this.growth);
    if (terms.dense[term] === 0 && !isChunked(this.segment, term)) {
      return shortList(this.segment, term, bound);
    }
    const count = terms.frequencies[term] as number;
    return { term, documents: noDocuments, impacts: noImpacts, packed: undefined, count, bound };
  }

  frequency(key: string, members: readonly Member[]): number {
    const single = singleTerm(members);
    const { terms, removed } = this.segment;
    const term = single === undefined ? -1 : findTerm(this.segment, single);
    if (term >= 0) {
      return (terms.frequencies[term] as number) - (removed.byTerm[term] as number);
    }
    return single === undefined ? (this.keptList(key, members)?.live ?? 0) : liveFrequency(this, single);
  }

  readTokens(document: number, into: TokenBuffer): void {
    readTokens(this.segment, document, into);
  }

  termIdAt(term: number): number {
    return this.segment.terms.ids[term] as number;
  }

  termNumber(id: number): number {
    return findTerm(this.segment, id);
  }

  private keptList(key: string, members: readonly Member[]): (QueryList & { live: number }) | undefined {
    const goneSeen = this.goneCount();
    let list = this.keptLists.get(key);
    if (list === undefined) {
      const made = makeList(this, members) ?? emptyList;
      list = { ...made, live: countLive(this, made.documents, made.count), goneSeen };
      if (this.keptPostings + list.count > maxKeptPostings || this.keptLists.size >= maxKeptLists) {
        this.forgetLists();
      }
      this.keptPostings += list.count;
      this.keptLists.set(key, list);
    } else if (list.goneSeen !== goneSeen) {
      list.live = countLive(this, list.documents, list.count);
      list.goneSeen = goneSeen;
    }
    return list.count > 0 ? list : undefined;
  }

  private forgetLists(): void {
    this.keptLists.clear();
    this.keptPostings = 0;
  }
}
