import type { Dictionary } from './dictionary.ts';
import type { ConceptMembers } from './index-query.ts';
import type { IndexReader, IndexStatistics } from './index-reader.ts';
import type { LengthNorms } from './length-norms.ts';
import { type PreparedQuery, weighQuery } from './query.ts';
import { isStillRead, type QueryReading, readQuery } from './query-reading.ts';
import type { TextFields } from './types.ts';

/** Texts are kept as read up to so many characters in all: 85 MB a thread, at 570 bytes for each (measured on the sample). */
const maxKeptLength = 150_000;

type Known = { reading: QueryReading; weighed: PreparedQuery | undefined; length: number };

/**
 * Prepares queries, remembering those it has read last: a record is compared with many others, each of which may be the query, and
 * reading a text costs far more than weighing it. Weights follow every change of the index.
 */
export class KnownQueries {
  private readonly index: IndexReader;
  private readonly dictionary: Dictionary | undefined;
  private readonly statistics: KnownStatistics;
  /** The one that was asked for longest ago comes first. */
  private readonly known = new Map<string, Known>();
  private keptLength = 0;
  private state = '';

  constructor(index: IndexReader, dictionary: Dictionary | undefined) {
    this.index = index;
    this.dictionary = dictionary;
    this.statistics = new KnownStatistics(index);
  }

  prepare(fields: TextFields): PreparedQuery {
    this.followIndex();
    const known = this.read(fields);
    known.weighed ??= weighQuery(known.reading, this.statistics);
    return known.weighed;
  }

  private followIndex(): void {
    const { state } = this.index;
    if (state !== this.state) {
      this.state = state;
      this.statistics.forget();
      for (const known of this.known.values()) {
        known.weighed = undefined;
      }
    }
  }

  private read(fields: TextFields): Known {
    const key = `${fields.title}\0${fields.keywords}\0${fields.body}`;
    const before = this.known.get(key);
    if (before !== undefined) {
      this.forget(key, before);
    }
    const known =
      before !== undefined && (before.weighed !== undefined || isStillRead(before.reading, this.statistics))
        ? before
        : { reading: readQuery(fields, this.statistics, this.dictionary), weighed: undefined, length: key.length };
    this.makeRoomFor(known);
    this.known.set(key, known);
    this.keptLength += known.length;
    return known;
  }

  private makeRoomFor({ length }: Known): void {
    for (const [key, oldest] of this.known) {
      if (this.keptLength + length <= maxKeptLength) {
        return;
      }
      this.forget(key, oldest);
    }
  }

  private forget(key: string, { length }: Known): void {
    this.known.delete(key);
    this.keptLength -= length;
  }
}

const maxKeptFrequencies = 200_000;

/** The statistics of an index, each asked for once for as long as the index is the same. */
class KnownStatistics implements IndexStatistics {
  private readonly index: IndexReader;
  private readonly frequencies = new Map<string, number>();

  constructor(index: IndexReader) {
    this.index = index;
  }

  get size(): number {
    return this.index.size;
  }

  get norms(): LengthNorms {
    return this.index.norms;
  }

  documentFrequency(concept: ConceptMembers): number {
    if (concept.key === '') {
      return this.index.documentFrequency(concept);
    }
    let frequency = this.frequencies.get(concept.key);
    if (frequency === undefined) {
      frequency = this.index.documentFrequency(concept);
      if (this.frequencies.size >= maxKeptFrequencies) {
        this.frequencies.clear();
      }
      this.frequencies.set(concept.key, frequency);
    }
    return frequency;
  }

  forget(): void {
    this.frequencies.clear();
  }
}
