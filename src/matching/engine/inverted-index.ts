import { sourceOfBatch } from './batch-source.ts';
import { batchesOf } from './batches.ts';
import { HeldMemory } from './held-memory.ts';
import { type EncodedId, encodeId } from './id-codec.ts';
import { type EngineManifest, IndexReader } from './index-reader.ts';
import { type LengthNorms, lengthNorms } from './length-norms.ts';
import {
  advance,
  complete,
  createJob,
  type Job,
  type MergeJob,
  type Part,
  repeatRemovals,
  runMerge,
  sizeOf,
  smallestOf,
} from './merge-jobs.ts';
import { stepsOfWrite } from './merge-pace.ts';
import { chooseIdleMerge, chooseMerge, chooseUnions } from './merge-plan.ts';
import { writeSource } from './merge-segments.ts';
import {
  append,
  createMutableSegment,
  fieldLengths,
  hasRoom,
  mostPostings,
  publishedDocuments,
} from './mutable-segment.ts';
import { removeFromMutable, removeFromSegment } from './removal.ts';
import type { Segment } from './segment.ts';
import { powerOfTwoFrom, sharedFloat64 } from './shared-arrays.ts';
import type { FieldLengths } from './term-counts.ts';
import type { AnalysedDocument } from './types.ts';

export type IndexOptions = {
  /** `own`: each write does a bounded piece of the merges that are due. `caller`: the caller takes them with `pendingMerge`. */
  merging?: 'own' | 'caller';
  /** Postings that the first mutable segment has room for; the following ones grow. Small in tests, to have many segments. */
  firstPostings?: number;
  /** An index to go on with, as `readSnapshot` gives it; nobody else may write to it. */
  restored?: EngineManifest;
};

const defaultFirstPostings = 8_192;
/** About a thousand documents of 120 words: lists of a mutable segment are made for each query. */
const maxPostings = 2 ** 18;

/** Fewer documents of `load` go the usual way. */
const minBatch = 512;

/**
 * The one writer of an index. Documents go to a mutable segment, searchable at once; full ones are frozen, and frozen ones of like
 * size merged, a bounded piece with each write and with each `mergeStep` between writes. Removal marks; a segment with a quarter gone
 * is written anew. Whatever the segments, what is left answers the same.
 */
export class InvertedIndex {
  readonly reader: IndexReader;
  private readonly ownMerges: boolean;
  private readonly firstPostings: number;
  private readonly statistics: Float64Array;
  private readonly held = new HeldMemory();
  private parts: Part[] = [];
  private jobs: Job[] = [];
  private active: Extract<Part, { kind: 'mutable' }>;
  private version = 0;
  private lastKey = 0;
  /** Something changed that merges are planned by. */
  private mayBeDue = true;

  constructor({ merging = 'own', firstPostings = defaultFirstPostings, restored }: IndexOptions = {}) {
    this.ownMerges = merging === 'own';
    this.firstPostings = firstPostings;
    this.statistics = restored?.statistics ?? sharedFloat64(4);
    this.parts = (restored?.parts ?? []).map((part) => ({ ...part, job: undefined }));
    this.lastKey = Math.max(0, ...this.parts.map(({ key }) => key));
    this.version = restored?.version ?? 0;
    this.active = this.parts.findLast((part) => part.kind === 'mutable') ?? this.addMutable(firstPostings);
    this.held.update(this.share());
    this.reader = new IndexReader(this.share());
  }

  get size(): number {
    return this.reader.size;
  }

  /** Adds a document, or replaces the one with its id. */
  upsert(document: AnalysedDocument): void {
    const id = encodeId(document.id);
    this.removeById(id);
    if (!hasRoom(this.active.segment, document, id)) {
      const { postings } = this.active.segment.capacity;
      const wanted = Math.max(Math.min(2 * postings, maxPostings), powerOfTwoFrom(mostPostings(document)));
      this.active = this.addMutable(wanted, id.bytes.length);
      this.changeParts();
    }
    append(this.active.segment, document, id);
    this.changeStatistics(fieldLengths(document), 1);
    this.work(mostPostings(document));
  }

  /**
   * Adds or replaces many documents, several times faster than one by one; of documents with one id the last counts. Everything is
   * there when it returns, in few segments.
   */
  load(documents: Iterable<AnalysedDocument>): void {
    for (const batch of batchesOf(documents)) {
      if (batch.length >= minBatch) {
        this.addBatch(batch);
      } else {
        for (const document of batch) {
          this.upsert(document);
        }
      }
    }
    this.finishMerges();
  }

  private addBatch(batch: readonly AnalysedDocument[]): void {
    for (const document of batch) {
      this.removeById(encodeId(document.id));
      this.changeStatistics(fieldLengths(document), 1);
    }
    this.addPart({ kind: 'segment', segment: writeSource(sourceOfBatch(batch), this.norms()) });
    this.changeParts();
  }

  /** False if there was none. */
  remove(id: string): boolean {
    const removed = this.removeById(encodeId(id));
    this.work(0);
    return removed;
  }

  /** What another thread needs to read this index; anew when `version` has changed. */
  share(): EngineManifest {
    const parts = this.parts.map(({ job: _, ...part }) => part);
    return { version: this.version, parts, statistics: this.statistics };
  }

  /** A merge that is due and that nobody has taken; whoever takes it must `install` what it makes. */
  pendingMerge(): MergeJob | undefined {
    this.planMerges();
    const job = this.jobs.find(({ steps }) => steps === undefined);
    if (job === undefined) {
      return undefined;
    }
    job.steps = runMerge(job);
    return { id: job.id, inputs: job.inputs, norms: job.norms };
  }

  /**
   * Puts a merged segment in the place of what it was made of; what was removed meanwhile is removed from it, too. False if somebody
   * else has done that merge.
   */
  install(jobId: number, segment: Segment): boolean {
    const job = this.jobs.find(({ id }) => id === jobId);
    if (job === undefined) {
      return false;
    }
    this.replace(job, job.merged ?? segment);
    return true;
  }

  /**
   * For idle time: about 50 µs of merging, whatever brings most. False when there is nothing left to gain; what comes in then is too
   * little yet to be merged again.
   */
  mergeStep(): boolean {
    if (!this.ownMerges) {
      return false;
    }
    this.planMerges();
    if (this.jobs.length === 0) {
      this.planIdleMerge();
    }
    return this.advanceSmallest();
  }

  /** Leaves as few segments as there can be, however long it takes: after many additions, or when there is nothing else to do. */
  finishMerges(): void {
    this.finishJobs();
    if (publishedDocuments(this.active.segment) > 0) {
      this.active = this.addMutable(this.active.segment.capacity.postings);
      this.changeParts();
    }
    const parts = this.parts.filter((part) => part !== this.active);
    for (const together of chooseUnions(parts.map((part) => ({ ...sizeOf(part), part })))) {
      this.planMerge(together.map(({ part }) => part));
    }
    this.finishJobs();
  }

  private finishJobs(): void {
    for (const job of [...this.jobs]) {
      this.replace(job, complete(job));
    }
  }

  private removeById(id: EncodedId): boolean {
    for (let at = this.parts.length - 1; at >= 0; at--) {
      const part = this.parts[at] as Part;
      const document = this.reader.find(part.key, id);
      if (document >= 0) {
        this.removeAt(part, document);
        return true;
      }
    }
    return false;
  }

  private removeAt(part: Part, document: number): void {
    const lengths =
      part.kind === 'segment' ? removeFromSegment(part.segment, document) : removeFromMutable(part.segment, document);
    this.changeStatistics(lengths, -1);
    this.mayBeDue = true;
    part.job?.late.push({ input: part.job.parts.indexOf(part), document });
  }

  private changeStatistics(lengths: Readonly<FieldLengths>, sign: 1 | -1): void {
    const { statistics } = this;
    statistics[0] = (statistics[0] as number) + sign;
    for (const field of [0, 1, 2] as const) {
      statistics[field + 1] = (statistics[field + 1] as number) + sign * lengths[field];
    }
  }

  private work(postings: number): void {
    if (!this.ownMerges) {
      return;
    }
    this.planMerges();
    for (let steps = stepsOfWrite(this.jobs.length, postings); steps > 0; steps--) {
      this.advanceSmallest();
    }
  }

  /** False if there is none. */
  private advanceSmallest(): boolean {
    const job = smallestOf(this.jobs);
    const merged = job === undefined ? undefined : advance(job);
    if (job !== undefined && merged !== undefined) {
      this.replace(job, merged);
    }
    return job !== undefined;
  }

  private replace(job: Job, merged: Segment): void {
    repeatRemovals(job, merged);
    this.jobs = this.jobs.filter((other) => other !== job);
    this.parts = this.parts.filter((part) => part.job !== job);
    if ((merged.removed.count[0] as number) < merged.documents) {
      this.addPart({ kind: 'segment', segment: merged });
    }
    this.changeParts();
  }

  private planMerges(): void {
    while (this.mayBeDue) {
      const free = this.parts.filter((part) => part.job === undefined && part !== this.active);
      const chosen = chooseMerge(free.map((part) => ({ ...sizeOf(part), part })));
      if (chosen === undefined) {
        this.mayBeDue = false;
      } else {
        this.planMerge(chosen.map(({ part }) => part));
      }
    }
  }

  /** The mutable segment that is written to takes part: another one begins small again. */
  private planIdleMerge(): void {
    const chosen = chooseIdleMerge(this.parts.map((part) => ({ ...sizeOf(part), part })))?.map(({ part }) => part);
    if (chosen === undefined) {
      return;
    }
    if (chosen.includes(this.active)) {
      this.active = this.addMutable(this.firstPostings);
      this.changeParts();
    }
    this.planMerge(chosen);
  }

  private planMerge(parts: Part[]): void {
    this.jobs.push(createJob(++this.lastKey, parts, this.norms()));
  }

  private norms(): LengthNorms {
    const [documents = 0, title = 0, keywords = 0, body = 0] = this.statistics;
    return lengthNorms([title, keywords, body], documents);
  }

  private addMutable(postings: number, idBytes = 0): Extract<Part, { kind: 'mutable' }> {
    const part = {
      key: ++this.lastKey,
      kind: 'mutable' as const,
      segment: createMutableSegment(postings, idBytes),
      job: undefined,
    };
    this.parts.push(part);
    return part;
  }

  private addPart(part: { kind: 'segment'; segment: Segment }): void {
    this.parts.push({ ...part, key: ++this.lastKey, job: undefined });
  }

  private changeParts(): void {
    this.mayBeDue = true;
    this.version++;
    const manifest = this.share();
    this.held.update(manifest);
    this.reader.update(manifest);
  }
}
