import type { LengthNorms } from './length-norms.ts';
import { Pace } from './merge-pace.ts';
import { type MergeSource, type PairStream, sourceOfMutable, sourceOfSegment } from './merge-source.ts';
import type { MutableSegment } from './mutable-segment.ts';
import { PostingBuffer } from './posting-buffer.ts';
import type { Segment } from './segment.ts';
import { SegmentBuilder, type SegmentSizes } from './segment-builder.ts';
import type { FieldLengths } from './term-counts.ts';
import { TokenBuffer } from './token-buffer.ts';
import { UnitedTerms } from './united-terms.ts';

/** A segment, how many of its documents to take, and which of them were gone when the merge was planned (a bit each). */
export type MergeInput = { documents: number; gone: Uint32Array } & (
  | { kind: 'segment'; segment: Segment }
  | { kind: 'mutable'; segment: MutableSegment }
);

/** What a merge also takes in the thread that made it. */
type SourceInput = Pick<MergeInput, 'documents' | 'gone'> & { kind: 'source'; source: MergeSource };

/**
 * One segment out of several, without what was gone: from their own data, no text is read again. A pure function of what the inputs
 * were when it was planned, so any thread may run it. In steps, because a large one takes seconds.
 */
export function* mergeSegments(inputs: readonly MergeInput[], norms: LengthNorms): Generator<void, Segment> {
  return yield* new Merge(inputs, norms).run();
}

/** A segment out of documents that are in none yet. */
export function writeSource(source: MergeSource, norms: LengthNorms): Segment {
  const { documents } = source.sizes;
  const gone = new Uint32Array(Math.ceil(documents / 32));
  return runToEnd(new Merge([{ kind: 'source', source, documents, gone }], norms).run());
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

function* sourceOf(input: MergeInput | SourceInput, pace: Pace): Generator<void, MergeSource> {
  if (input.kind === 'source') {
    return input.source;
  }
  return input.kind === 'segment' ? sourceOfSegment(input.segment) : yield* sourceOfMutable(input.segment, pace);
}

class Merge {
  private readonly inputs: readonly (MergeInput | SourceInput)[];
  private readonly norms: LengthNorms;
  private readonly pace = new Pace();
  private readonly sources: MergeSource[] = [];
  /** By input: the documents' new numbers. */
  private readonly newNumbers: Int32Array[] = [];
  private documents = 0;
  /** By source: the new numbers of its terms. */
  private readonly newTerms: Uint32Array[] = [];
  private readonly read = new PostingBuffer();
  private readonly joined = new PostingBuffer();

  constructor(inputs: readonly (MergeInput | SourceInput)[], norms: LengthNorms) {
    this.inputs = inputs;
    this.norms = norms;
  }

  *run(): Generator<void, Segment> {
    yield* this.open();
    const terms = new UnitedTerms(this.sources, this.pace);
    yield* terms.unite();
    const dense = yield* terms.countDense(this.documents);
    const builder = new SegmentBuilder(this.sizes(terms.count, dense), this.norms);
    yield* this.writeDocuments(builder);
    yield* this.writeTerms(builder, terms);
    yield* this.writePairs(builder);
    yield* this.writeTokens(builder);
    return yield* builder.finish();
  }

  private *open(): Generator<void> {
    for (const input of this.inputs) {
      yield;
      const numbers = new Int32Array(input.documents);
      for (let document = 0; document < input.documents; document++) {
        const isGone = (((input.gone[document >>> 5] as number) >>> (document & 31)) & 1) === 1;
        numbers[document] = isGone ? gone : this.documents++;
        if (this.pace.isDue(0.1)) {
          yield;
        }
      }
      this.newNumbers.push(numbers);
      const source = yield* sourceOf(input, this.pace);
      this.sources.push(source);
      this.newTerms.push(new Uint32Array(source.terms));
    }
  }

  private *writeDocuments(builder: SegmentBuilder): Generator<void> {
    const lengths: FieldLengths = [0, 0, 0];
    for (const [which, source] of this.sources.entries()) {
      const numbers = this.newNumbers[which] as Int32Array;
      for (let document = 0; document < numbers.length; document++) {
        if (numbers[document] !== gone) {
          source.readLengths(document, lengths);
          builder.addDocument(source.idBytes(document), lengths);
        }
        if (this.pace.isDue(4)) {
          yield;
        }
      }
    }
  }

  private *writeTerms(builder: SegmentBuilder, terms: UnitedTerms): Generator<void> {
    const { sources, joined } = this;
    for (const term of yield* terms.byFrequency()) {
      joined.count = 0;
      for (let which = 0; which < sources.length; which++) {
        const number = terms.numberIn(which, term);
        if (number >= 0) {
          (sources[which] as MergeSource).readTerm(number, this.read);
          this.join(which);
          // Here, too: a frequent word takes milliseconds in all.
          if (this.pace.isDue(this.read.count / 4)) {
            yield;
          }
        }
      }
      if (joined.count > 0) {
        const newTerm = builder.addTerm(terms.id(term), joined);
        for (let which = 0; which < sources.length; which++) {
          const number = terms.numberIn(which, term);
          if (number >= 0) {
            (this.newTerms[which] as Uint32Array)[number] = newTerm;
          }
        }
      }
      if (this.pace.isDue(4 + joined.count)) {
        yield;
      }
    }
  }

  private *writePairs(builder: SegmentBuilder): Generator<void> {
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
        builder.addPair(key, joined);
      }
      if (this.pace.isDue(2 + joined.count + keys.length / 16)) {
        yield;
      }
    }
  }

  private *writeTokens(builder: SegmentBuilder): Generator<void> {
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
          builder.addTokens(numbers[document] as number, buffer.lengths, tokens, count);
          if (this.pace.isDue(4 + count / 4)) {
            yield;
          }
        }
      }
    }
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

  private sizes(terms: number, dense: number): SegmentSizes {
    const sum = (of: keyof SegmentSizes) => this.sources.reduce((total, { sizes }) => total + sizes[of], 0);
    return {
      documents: this.documents,
      terms: sum('terms') + terms + 64,
      pairs: sum('pairs'),
      idBytes: sum('idBytes'),
      tokenBytes: sum('tokenBytes') + 4_096,
      postingBytes: sum('postingBytes') + sum('pairBytes') + (dense + 8) * this.documents + 4_096,
      pairBytes: sum('pairBytes') + 4_096,
    };
  }
}
