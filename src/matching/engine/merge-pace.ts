/** Units done between two pauses; one is about what it costs to merge a posting (50 ns), so a step takes about 50 µs. */
const unitsPerStep = 1_024;

/** Says when a merge has done enough to pause. */
export class Pace {
  private units = 0;

  isDue(units: number): boolean {
    this.units += units;
    if (this.units < unitsPerStep) {
      return false;
    }
    this.units = 0;
    return true;
  }
}

/** About what an ordinary document adds. */
const postingsPerStep = 240;
/** More merges at a time are left to writes that find fewer, and to idle time. */
const maxJobsPerWrite = 3;

/**
 * The steps that a write does of the merges under way: for each one, and one more for so many postings that it adds. That is
 * somewhat more than merging these will ever take, so merges keep up with writes.
 */
export function stepsOfWrite(jobs: number, postings: number): number {
  return Math.min(jobs, maxJobsPerWrite) * (1 + Math.ceil(postings / postingsPerStep));
}
