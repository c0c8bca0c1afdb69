import type { Pace } from './merge-pace.ts';
import type { MergeSource } from './merge-source.ts';
import { isDenseFrequency } from './postings.ts';
import { powerOfTwoFrom } from './shared-arrays.ts';
import { enterNumber, findNumber } from './term-id.ts';

/** Terms are ordered by frequency to an eighth of a doubling. */
const stepsPerDoubling = 8;

/** All words and tags of several sources: which there are, and which source knows each by which number. */
export class UnitedTerms {
  count = 0;
  private readonly sources: readonly MergeSource[];
  private readonly pace: Pace;
  private readonly table: Uint32Array;
  private readonly ids: Float64Array;
  /** At most: some of the documents may be gone. */
  private readonly frequencies: Uint32Array;
  /** Of each term its number plus one in each source. */
  private readonly numbers: Uint32Array;

  constructor(sources: readonly MergeSource[], pace: Pace) {
    const most = sources.reduce((sum, { terms }) => sum + terms, 0);
    this.sources = sources;
    this.pace = pace;
    this.table = new Uint32Array(powerOfTwoFrom(Math.max(8, most * 1.5)));
    this.ids = new Float64Array(most);
    this.frequencies = new Uint32Array(most);
    this.numbers = new Uint32Array(most * sources.length);
  }

  id(term: number): number {
    return this.ids[term] as number;
  }

  /** A term's number in a source; -1 where it does not occur. */
  numberIn(which: number, term: number): number {
    return (this.numbers[term * this.sources.length + which] as number) - 1;
  }

  *unite(): Generator<void> {
    const { sources, ids, frequencies, table } = this;
    for (const [which, source] of sources.entries()) {
      for (let number = 0; number < source.terms; number++) {
        const id = source.termId(number);
        if (this.pace.isDue(id < 0 ? 0.25 : 3)) {
          yield;
        }
        if (id < 0) {
          continue;
        }
        let term = findNumber(table, ids, id);
        if (term < 0) {
          term = this.count++;
          ids[term] = id;
          enterNumber(table, id, term);
        }
        frequencies[term] = (frequencies[term] as number) + source.frequency(number);
        this.numbers[term * sources.length + which] = number + 1;
      }
    }
  }

  /** How many may become dense among so many documents. */
  *countDense(documents: number): Generator<void, number> {
    let dense = 0;
    for (let term = 0; term < this.count; term++) {
      dense += isDenseFrequency(this.frequencies[term] as number, documents) ? 1 : 0;
      if (this.pace.isDue(0.1)) {
        yield;
      }
    }
    return dense;
  }

  /** The most frequent first: a counting sort. */
  *byFrequency(): Generator<void, Uint32Array> {
    const ranks = new Uint16Array(this.count);
    const starts = new Uint32Array(33 * stepsPerDoubling);
    for (let term = 0; term < this.count; term++) {
      const steps = Math.floor(stepsPerDoubling * Math.log2(this.frequencies[term] as number));
      const rank = 32 * stepsPerDoubling - steps;
      ranks[term] = rank;
      starts[rank + 1] = (starts[rank + 1] as number) + 1;
      if (this.pace.isDue(0.5)) {
        yield;
      }
    }
    for (let rank = 1; rank < starts.length; rank++) {
      starts[rank] = (starts[rank] as number) + (starts[rank - 1] as number);
    }
    const order = new Uint32Array(this.count);
    for (let term = 0; term < this.count; term++) {
      const rank = ranks[term] as number;
      const place = starts[rank] as number;
      starts[rank] = place + 1;
      order[place] = term;
      if (this.pace.isDue(0.25)) {
        yield;
      }
    }
    return order;
  }
}
