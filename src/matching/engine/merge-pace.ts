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
