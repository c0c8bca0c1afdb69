import type { LengthNorms } from './length-norms.ts';
import { type MergeSource, type PairStream, sourceOfMutable, sourceOfSegment } from './merge-source.ts';
import type { MutableSegment } from './mutable-segment.ts';
import { PostingBuffer } from './posting-buffer.ts';
import { isDenseFrequency, type Segment } from './segment.ts';
import { SegmentBuilder, type SegmentSizes } from './segment-builder.ts';
import { powerOfTwoFrom } from './shared-arrays.ts';
import type { FieldLengths } from './term-counts.ts';
import { enterNumber, findNumber } from './term-id.ts';
import { TokenBuffer } from './token-buffer.ts';

/** A segment, how many of its documents to take, and which of them were gone when the merge was planned (a bit each). */
export type MergeInput = { documents: number; gone: Uint32Array } & (
  | { kind: 'segment'; segment: Segment }
  | { kind: 'mutable'; segment: MutableSegment }
);

/** What a merge also takes in the thread that made it. */
type SourceInput = Pick<MergeInput, 'documents' | 'gone'> & { kind: 'source'; source: MergeSource };

/** Postings and words handled between two pauses: a few tenths of a millisecond, but for the longest lists. */
const unitsPerStep = 4_096;

/**
 * One segment out of several, without what was gone: from their own data, no text is read again. A pure function of what the inputs
 * were when it was planned, so any thread may run it. In steps, because a large one takes seconds.
 */
export function* mergeSegments(inputs: readonly MergeInput[], norms: LengthNorms): Generator<void, Segment> {
  return yield* write(inputs, norms);
}

/** A segment out of documents that are in none yet. */
export function writeSource(source: MergeSource, norms: LengthNorms): Segment {
  const { documents } = source.sizes;
  const gone = new Uint32Array(Math.ceil(documents / 32));
  return runToEnd(write([{ kind: 'source', source, documents, gone }], norms));
}

function* write(inputs: readonly (MergeInput | SourceInput)[], norms: LengthNorms): Generator<void, Segment> {
  const merge = new Merge(inputs, norms);
  yield* merge.open();
  yield* merge.unite();
  yield* merge.writeDocuments();
  yield* merge.writeTerms();
  yield* merge.writePairs();
  yield* merge.writeTokens();
  return yield* merge.finish();
}

export function runToEnd<T>(steps: Generator<void, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) {
      return step.value;
    }
  }
}

const gone = -1;
/** Terms are ordered by frequency to an eighth of a doubling. */
const stepsPerDoubling = 8;

function* sourceOf(input: MergeInput | SourceInput): Generator<void, MergeSource> {
  if (input.kind === 'source') {
    return input.source;
  }
  return input.kind === 'segment' ? sourceOfSegment(input.segment) : yield* sourceOfMutable(input.segment);
}

class Merge {
  private readonly inputs: readonly (MergeInput | SourceInput)[];
  private readonly norms: LengthNorms;
  private readonly sources: MergeSource[] = [];
  /** By input: the documents' new numbers. */
  private readonly newNumbers: Int32Array[] = [];
  private documents = 0;
  private builder: SegmentBuilder | undefined;
  /** All words and tags, and of each its frequency and its number plus one in each source. */
  private ids = new Float64Array(0);
  private count = 0;
  private frequencies = new Uint32Array(0);
  private numbers = new Uint32Array(0);
  /** By source: the new numbers of its terms. */
  private newTerms: Uint32Array[] = [];
  private readonly read = new PostingBuffer();
  private readonly joined = new PostingBuffer();
  private units = 0;

  constructor(inputs: readonly (MergeInput | SourceInput)[], norms: LengthNorms) {
    this.inputs = inputs;
    this.norms = norms;
  }

  *open(): Generator<void> {
    for (const input of this.inputs) {
      yield;
      const numbers = new Int32Array(input.documents);
      for (let document = 0; document < input.documents; document++) {
        const isGone = (((input.gone[document >>> 5] as number) >>> (document & 31)) & 1) === 1;
        numbers[document] = isGone ? gone : this.documents++;
        if (this.isTimeToPause(0.25)) {
          yield;
        }
      }
      this.newNumbers.push(numbers);
      this.sources.push(yield* sourceOf(input));
    }
  }

  /** Finds out which words there are, and which source knows each by which number. */
  *unite(): Generator<void> {
    const { sources } = this;
    const most = sources.reduce((sum, { terms }) => sum + terms, 0);
    this.ids = new Float64Array(most);
    const table = new Uint32Array(powerOfTwoFrom(Math.max(8, most * 1.5)));
    this.frequencies = new Uint32Array(most);
    this.numbers = new Uint32Array(most * sources.length);
    for (const [which, source] of sources.entries()) {
      for (let term = 0; term < source.terms; term++) {
        const id = source.termId(term);
        if (id < 0) {
          continue;
        }
        let known = findNumber(table, this.ids, id);
        if (known < 0) {
          known = this.count++;
          this.ids[known] = id;
          enterNumber(table, id, known);
        }
        this.frequencies[known] = (this.frequencies[known] as number) + source.frequency(term);
        this.numbers[known * sources.length + which] = term + 1;
        if (this.isTimeToPause(1)) {
          yield;
        }
      }
    }
    this.newTerms = sources.map(({ terms }) => new Uint32Array(terms));
    this.builder = new SegmentBuilder(this.sizes(), this.norms);
  }

  *writeDocuments(): Generator<void> {
    const lengths: FieldLengths = [0, 0, 0];
    for (const [which, source] of this.sources.entries()) {
      const numbers = this.newNumbers[which] as Int32Array;
      for (let document = 0; document < numbers.length; document++) {
        if (numbers[document] !== gone) {
          source.readLengths(document, lengths);
          this.builder?.addDocument(source.idBytes(document), lengths);
          if (this.isTimeToPause(8)) {
            yield;
          }
        }
      }
    }
  }

  *writeTerms(): Generator<void> {
    const { sources, joined } = this;
    for (const known of yield* this.byFrequency()) {
      joined.count = 0;
      for (let which = 0; which < sources.length; which++) {
        const number = this.numbers[known * sources.length + which] as number;
        if (number > 0) {
          (sources[which] as MergeSource).readTerm(number - 1, this.read);
          this.join(which);
        }
      }
      if (joined.count > 0) {
        const term = this.builder?.addTerm(this.ids[known] as number, joined) ?? 0;
        for (let which = 0; which < sources.length; which++) {
          const number = this.numbers[known * sources.length + which] as number;
          if (number > 0) {
            (this.newTerms[which] as Uint32Array)[number - 1] = term;
          }
        }
      }
      if (this.isTimeToPause(1 + joined.count)) {
        yield;
      }
    }
  }

  *writePairs(): Generator<void> {
    const streams: { which: number; stream: PairStream }[] = this.sources.flatMap(({ pairs }, which) =>
      pairs.map((stream) => ({ which, stream })),
    );
    const keys = Float64Array.from(streams, ({ stream }) => stream.key);
    const { joined } = this;
    for (;;) {
      let key = Number.POSITIVE_INFINITY;
      for (let at = 0; at < keys.length; at++) {
        key = Math.min(key, keys[at] as number);
      }
      if (key === Number.POSITIVE_INFINITY) {
        return;
      }
      joined.count = 0;
      for (let at = 0; at < keys.length; at++) {
        if (keys[at] === key) {
          const { which, stream } = streams[at] as (typeof streams)[number];
          stream.take(this.read);
          keys[at] = stream.key;
          this.join(which);
        }
      }
      if (joined.count > 0) {
        this.builder?.addPair(key, joined);
      }
      if (this.isTimeToPause(2 + joined.count)) {
        yield;
      }
    }
  }

  *writeTokens(): Generator<void> {
    const buffer = new TokenBuffer();
    for (const [which, source] of this.sources.entries()) {
      const numbers = this.newNumbers[which] as Int32Array;
      const terms = this.newTerms[which] as Uint32Array;
      for (let document = 0; document < numbers.length; document++) {
        if (numbers[document] !== gone) {
          source.readTokens(document, buffer);
          const { tokens, count } = buffer;
          for (let at = 0; at < count; at++) {
            const token = tokens[at] as number;
            tokens[at] = (terms[token >>> 1] as number) * 2 + (token & 1);
          }
          this.builder?.addTokens(numbers[document] as number, buffer.lengths, tokens, count);
          if (this.isTimeToPause(count)) {
            yield;
          }
        }
      }
    }
  }

  *finish(): Generator<void, Segment> {
    if (this.builder === undefined) {
      throw new Error('The merge has not begun.');
    }
    return yield* this.builder.finish();
  }

  /** Adds what was read to what is joined, under the new numbers. */
  private join(which: number): void {
    const { read, joined } = this;
    const numbers = this.newNumbers[which] as Int32Array;
    joined.extend(joined.count + read.count);
    const { documents, packed } = joined;
    let { count } = joined;
    for (let at = 0; at < read.count; at++) {
      const document = numbers[read.documents[at] as number] as number;
      if (document !== gone) {
        documents[count] = document;
        packed[count] = read.packed[at] as number;
        count++;
      }
    }
    joined.count = count;
  }

  /** The most frequent first: a counting sort. */
  private *byFrequency(): Generator<void, Uint32Array> {
    const ranks = new Uint16Array(this.count);
    const starts = new Uint32Array(33 * stepsPerDoubling);
    for (let known = 0; known < this.count; known++) {
      const steps = Math.floor(stepsPerDoubling * Math.log2(this.frequencies[known] as number));
      const rank = 32 * stepsPerDoubling - steps;
      ranks[known] = rank;
      starts[rank + 1] = (starts[rank + 1] as number) + 1;
      if (this.isTimeToPause(1)) {
        yield;
      }
    }
    for (let rank = 1; rank < starts.length; rank++) {
      starts[rank] = (starts[rank] as number) + (starts[rank - 1] as number);
    }
    const order = new Uint32Array(this.count);
    for (let known = 0; known < this.count; known++) {
      const rank = ranks[known] as number;
      const place = starts[rank] as number;
      starts[rank] = place + 1;
      order[place] = known;
      if (this.isTimeToPause(1)) {
        yield;
      }
    }
    return order;
  }

  private sizes(): SegmentSizes {
    const sum = (of: keyof SegmentSizes) => this.sources.reduce((total, { sizes }) => total + sizes[of], 0);
    let dense = 0;
    for (let known = 0; known < this.count; known++) {
      dense += isDenseFrequency(this.frequencies[known] as number, this.documents) ? 1 : 0;
    }
    return {
      documents: this.documents,
      terms: sum('terms') + this.count + 64,
      blocks: sum('blocks') + 64,
      pairs: sum('pairs'),
      idBytes: sum('idBytes'),
      tokenBytes: sum('tokenBytes') + 4_096,
      postingBytes: sum('postingBytes') + sum('pairBytes') + (dense + 8) * this.documents + 4_096,
      pairBytes: sum('pairBytes') + 4_096,
    };
  }

  private isTimeToPause(units: number): boolean {
    this.units += units;
    if (this.units < unitsPerStep) {
      return false;
    }
    this.units = 0;
    return true;
  }
}
