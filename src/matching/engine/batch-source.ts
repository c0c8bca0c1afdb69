import { encodeId } from './id-codec.ts';
import type { MergeSource, PairStream } from './merge-source.ts';
import type { PostingBuffer } from './posting-buffer.ts';
import { minListedPair } from './rare-pairs.ts';
import { powerOfTwoFrom } from './shared-arrays.ts';
import { addOccurrence } from './term-counts.ts';
import { enterNumber, findNumber, pairId, pairKey, pairKeyBits, tagId } from './term-id.ts';
import type { AnalysedDocument } from './types.ts';

const tagField = 2;

/** Many documents at once, to be written as a segment without having been in a mutable one: each list is sorted as a whole. */
export function sourceOfBatch(batch: readonly AnalysedDocument[]): MergeSource {
  const words = new BatchWords(batch);
  const pairs = new BatchPairs(batch);
  const ids = batch.map(({ id }) => encodeId(id).bytes);
  return {
    sizes: {
      documents: batch.length,
      terms: Math.ceil(pairs.count / minListedPair),
      pairs: pairs.count,
      idBytes: ids.reduce((sum, { length }) => sum + length, 0),
      tokenBytes: 3 * words.tokens + 6 * batch.length,
      postingBytes: 4 * words.postings,
      pairBytes: 8 * pairs.count,
    },
    terms: words.terms,
    termId: (term) => words.ids[term] as number,
    frequency: (term) => words.frequency(term),
    readTerm: (term, into) => words.read(term, into),
    pairs: [pairs],
    idBytes: (document) => ids[document] as Uint8Array,
    readLengths: (document, into) => {
      batch[document]?.fields.forEach(({ terms }, field) => {
        into[field] = terms.length;
      });
    },
    readTokens: (document, into) => {
      batch[document]?.fields.forEach(({ terms }, field) => {
        into.lengths[field] = terms.length;
      });
      into.reserve(into.count);
      into.tokens.set(words.tokensOf(document));
    },
  };
}

/** Words and tags, numbered as they first occur; postings sorted by number. */
class BatchWords {
  terms = 0;
  postings = 0;
  readonly tokens: number;
  ids = new Float64Array(1 << 12);
  private table = new Uint32Array(1 << 13);
  /** By term: the posting that was made last. */
  private latest = new Uint32Array(1 << 12);
  private readonly tokenStarts: Uint32Array;
  private readonly numbers: Uint32Array;
  private documents: Uint32Array;
  private packed: Uint16Array;
  private readonly starts: Uint32Array;

  constructor(batch: readonly AnalysedDocument[]) {
    const most = batch.reduce((sum, document) => sum + lengthOf(document) + document.tags.length, 0);
    this.tokenStarts = new Uint32Array(batch.length + 1);
    this.numbers = new Uint32Array(most);
    this.documents = new Uint32Array(most);
    this.packed = new Uint16Array(most);
    const termOf = new Uint32Array(most);
    let token = 0;
    batch.forEach(({ fields, tags }, document) => {
      for (let field = 0; field < fields.length; field++) {
        const { terms, joined } = fields[field] as (typeof fields)[number];
        for (let at = 0; at < terms.length; at++) {
          const term = this.numberOf(terms[at] as number);
          this.numbers[token++] = 2 * term + (joined[at] as number);
          this.count(term, document, field, termOf);
        }
      }
      for (const tag of new Set(tags)) {
        this.count(this.numberOf(tagId(tag)), document, tagField, termOf);
      }
      this.tokenStarts[document + 1] = token;
    });
    this.tokens = token;
    this.starts = this.sortByTerm(termOf);
  }

  frequency(term: number): number {
    return (this.starts[term + 1] as number) - (this.starts[term] as number);
  }

  read(term: number, into: PostingBuffer): void {
    const start = this.starts[term] as number;
    const end = this.starts[term + 1] as number;
    into.reserve(end - start);
    into.documents.set(this.documents.subarray(start, end));
    into.packed.set(this.packed.subarray(start, end));
    into.count = end - start;
  }

  tokensOf(document: number): Uint32Array {
    return this.numbers.subarray(this.tokenStarts[document], this.tokenStarts[document + 1]);
  }

  private numberOf(id: number): number {
    const known = findNumber(this.table, this.ids, id);
    if (known >= 0) {
      return known;
    }
    if (this.terms === this.ids.length) {
      this.grow();
    }
    const term = this.terms++;
    this.ids[term] = id;
    enterNumber(this.table, id, term);
    return term;
  }

  private grow(): void {
    const length = 2 * this.ids.length;
    const { ids, latest } = this;
    this.ids = new Float64Array(length);
    this.ids.set(ids);
    this.latest = new Uint32Array(length);
    this.latest.set(latest);
    this.table = new Uint32Array(2 * length);
    for (let term = 0; term < this.terms; term++) {
      enterNumber(this.table, ids[term] as number, term);
    }
  }

  private count(term: number, document: number, field: number, termOf: Uint32Array): void {
    const latest = this.latest[term] as number;
    if (latest > 0 && this.documents[latest - 1] === document) {
      this.packed[latest - 1] = addOccurrence(this.packed[latest - 1] as number, field);
      return;
    }
    const posting = this.postings++;
    termOf[posting] = term;
    this.documents[posting] = document;
    this.packed[posting] = addOccurrence(0, field);
    this.latest[term] = posting + 1;
  }

  /** A counting sort: postings of one term stay in the order of documents. Returns where each term's begin. */
  private sortByTerm(termOf: Uint32Array): Uint32Array {
    const { postings, terms } = this;
    const starts = startsOf(terms, postings, (posting) => termOf[posting] as number);
    const free = starts.slice();
    const documents = new Uint32Array(postings);
    const packed = new Uint16Array(postings);
    for (let posting = 0; posting < postings; posting++) {
      const term = termOf[posting] as number;
      const place = free[term] as number;
      free[term] = place + 1;
      documents[place] = this.documents[posting] as number;
      packed[place] = this.packed[posting] as number;
    }
    this.documents = documents;
    this.packed = packed;
    return starts;
  }
}

const occurrencesPerBucket = 8;

/** Each occurrence of a pair of adjacent words, by ascending key and document. */
class BatchPairs implements PairStream {
  key = Number.POSITIVE_INFINITY;
  readonly count: number;
  private readonly keys: Float64Array;
  /** Document × 4 + field. */
  private readonly places: Uint32Array;
  private at = 0;

  constructor(batch: readonly AnalysedDocument[]) {
    const most = batch.reduce((sum, document) => sum + lengthOf(document), 0);
    const keys = new Float64Array(most);
    const places = new Uint32Array(most);
    let count = 0;
    batch.forEach(({ fields }, document) => {
      for (let field = 0; field < fields.length; field++) {
        const { terms, joined } = fields[field] as (typeof fields)[number];
        for (let at = 1; at < terms.length; at++) {
          if (joined[at] === 1) {
            keys[count] = pairKey(pairId(terms[at - 1] as number, terms[at] as number));
            places[count++] = document * 4 + field;
          }
        }
      }
    });
    this.count = count;
    this.keys = new Float64Array(count);
    this.places = new Uint32Array(count);
    this.sort(keys, places);
    this.setKey();
  }

  take(into: PostingBuffer): void {
    const { keys, places, key } = this;
    let { at } = this;
    let count = 0;
    for (; keys[at] === key; at++) {
      const place = places[at] as number;
      const document = place >>> 2;
      if (count > 0 && into.documents[count - 1] === document) {
        into.packed[count - 1] = addOccurrence(into.packed[count - 1] as number, place & 3);
      } else {
        into.extend(count + 1);
        into.documents[count] = document;
        into.packed[count++] = addOccurrence(0, place & 3);
      }
    }
    into.count = count;
    this.at = at;
    this.setKey();
  }

  /** Into buckets by the first bits, then within each by insertion; equal keys stay in the order of documents. */
  private sort(keys: Float64Array, places: Uint32Array): void {
    const { count } = this;
    const buckets = Math.min(2 ** 22, powerOfTwoFrom(count / occurrencesPerBucket));
    const unit = 2 ** pairKeyBits / buckets;
    const starts = startsOf(buckets, count, (at) => Math.floor((keys[at] as number) / unit));
    const free = starts.slice();
    for (let from = 0; from < count; from++) {
      const key = keys[from] as number;
      const bucket = Math.floor(key / unit);
      const start = starts[bucket] as number;
      let at = free[bucket] as number;
      free[bucket] = at + 1;
      while (at > start && (this.keys[at - 1] as number) > key) {
        this.keys[at] = this.keys[at - 1] as number;
        this.places[at] = this.places[at - 1] as number;
        at--;
      }
      this.keys[at] = key;
      this.places[at] = places[from] as number;
    }
  }

  private setKey(): void {
    this.key = this.keys[this.at] ?? Number.POSITIVE_INFINITY;
  }
}

function lengthOf({ fields }: AnalysedDocument): number {
  return fields[0].terms.length + fields[1].terms.length + fields[2].terms.length;
}

/** Where each group begins when so many items are sorted by group; one entry more than groups. */
function startsOf(groups: number, items: number, groupOf: (item: number) => number): Uint32Array {
  const starts = new Uint32Array(groups + 1);
  for (let item = 0; item < items; item++) {
    const group = groupOf(item);
    starts[group + 1] = (starts[group + 1] as number) + 1;
  }
  for (let group = 0; group < groups; group++) {
    starts[group + 1] = (starts[group + 1] as number) + (starts[group] as number);
  }
  return starts;
}
