/** Walks one list of a segment forward, adding its points to documents. A weight may be negative where nothing is left out. */
export type ListCursor = {
  /** No document gets more points. */
  readonly bound: number;
  readonly isDense: boolean;
  /** Adds the list's points to the scores of documents `from` to `to`, which stand from place 0 on. */
  addTo(scores: Float64Array, from: number, to: number): void;
  /** Adds the list's points to ascending documents and keeps those that then have as many as needed; returns how many. */
  lookUp(documents: Uint32Array, scores: Float64Array, found: number, needed: number): number;
};

/** The first place from `from` on whose number is not below `wanted`; `end` if there is none. Gallops, then halves. */
export function firstNotBelow(numbers: Uint32Array | Uint16Array, from: number, end: number, wanted: number): number {
  if (from >= end || (numbers[from] as number) >= wanted) {
    return from;
  }
  let low = from;
  let step = 1;
  while (low + step < end && (numbers[low + step] as number) < wanted) {
    low += step;
    step *= 2;
  }
  let high = Math.min(end, low + step);
  low++;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
