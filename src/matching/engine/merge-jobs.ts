import type { IndexPart } from './index-reader.ts';
import type { LengthNorms } from './length-norms.ts';
import { type MergeInput, mergeSegments, runToEnd } from './merge-segments.ts';
import { publishedDocuments } from './mutable-segment.ts';
import { numberAfterMerge, removeFromSegment } from './removal.ts';
import type { Segment } from './segment.ts';

/** A merge that someone may do elsewhere: numbers and shared memory, to be posted to any thread and given to `runMerge`. */
export type MergeJob = { id: number; inputs: MergeInput[]; norms: LengthNorms };

/** A part of the index as its writer sees it: `job` is the merge it goes into. */
export type Part = IndexPart & { job: Job | undefined };

/** `late`: what was removed from the inputs after the merge was planned (input, document). */
export type Job = MergeJob & {
  parts: Part[];
  documents: number;
  steps: Generator<void, Segment> | undefined;
  late: { input: number; document: number }[];
  merged: Segment | undefined;
};

/** Late removals repeated in one step. */
const lateRemovalsPerStep = 2;

/** Does a merge; with steps left to the caller, who may pause between them. */
export function* runMerge({ inputs, norms }: MergeJob): Generator<void, Segment> {
  return yield* mergeSegments(inputs, norms);
}

/** Plans to make one segment of parts as they are now. */
export function createJob(id: number, parts: Part[], norms: LengthNorms): Job {
  const inputs = parts.map((part): MergeInput => {
    const bits = part.segment.removed.bits.slice();
    return part.kind === 'segment'
      ? { kind: 'segment', segment: part.segment, documents: part.segment.documents, gone: bits }
      : { kind: 'mutable', segment: part.segment, documents: publishedDocuments(part.segment), gone: bits };
  });
  const documents = inputs.reduce((sum, input) => sum + input.documents, 0);
  const job: Job = { id, inputs, norms, parts, documents, steps: undefined, late: [], merged: undefined };
  for (const part of parts) {
    part.job = job;
  }
  return job;
}

/** The merge that is done first: then there are the fewest segments. */
export function smallestOf(jobs: readonly Job[]): Job | undefined {
  return jobs.reduce<Job | undefined>(
    (least, job) => (least === undefined || job.documents < least.documents ? job : least),
    undefined,
  );
}

/** Does one step of some 50 µs; the segment when there is nothing left to do but to install it. */
export function advance(job: Job): Segment | undefined {
  if (job.merged === undefined) {
    job.steps ??= runMerge(job);
    const step = job.steps.next();
    job.merged = step.done ? step.value : undefined;
    return undefined;
  }
  if (job.late.length > lateRemovalsPerStep) {
    repeatRemovals(job, job.merged, lateRemovalsPerStep);
    return undefined;
  }
  return job.merged;
}

/** Does all that is left of it. */
export function complete(job: Job): Segment {
  job.merged ??= runToEnd(job.steps ?? runMerge(job));
  return job.merged;
}

/** Removes from a merged segment what was removed from the inputs meanwhile, all of it or so much. */
export function repeatRemovals({ inputs, late }: Job, merged: Segment, most = late.length): void {
  for (const { input, document } of late.splice(0, most)) {
    removeFromSegment(merged, numberAfterMerge(inputs, input, document));
  }
}

/** How many documents a part has left, and how many of it are gone. */
export function sizeOf(part: Part): { kind: Part['kind']; live: number; gone: number } {
  const gone = part.segment.removed.count[0] as number;
  const documents = part.kind === 'segment' ? part.segment.documents : publishedDocuments(part.segment);
  return { kind: part.kind, live: documents - gone, gone };
}
