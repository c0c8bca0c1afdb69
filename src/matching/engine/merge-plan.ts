/** What planning looks at: how many documents a segment has left, and how many of it are gone. */
export type Mergeable = { kind: 'segment' | 'mutable'; live: number; gone: number };

/** Segments of like size are merged so many at a time. */
const fanOut = 8;
/** Segments of at least so many documents rest: merging them would cost much memory for a moment and gain little. */
export const restingSize = 2 ** 18;
const largeFanOut = 4;

/**
 * Chooses what to merge next, or undefined: full mutable segments are frozen one by one; frozen ones are merged with others of their
 * size class (a factor of 8); one with a quarter gone is written anew.
 */
export function chooseMerge<M extends Mergeable>(free: readonly M[]): M[] | undefined {
  const full = free.find(({ kind }) => kind === 'mutable');
  if (full !== undefined) {
    return [full];
  }
  const thinned = free.find(({ live, gone }) => gone * 3 >= live && gone > 0);
  if (thinned !== undefined) {
    return [thinned];
  }
  const classes = new Map<number, M[]>();
  for (const one of free) {
    if (one.live < restingSize) {
      const size = sizeClass(one.live);
      classes.set(size, [...(classes.get(size) ?? []), one]);
    }
  }
  for (const [size, members] of classes) {
    const wanted = size === sizeClass(restingSize - 1) ? largeFanOut : fanOut;
    if (members.length >= wanted) {
      return members.slice(0, wanted);
    }
  }
  return undefined;
}

/** A segment is merged in idle time when smaller ones together have at least this part of its documents. */
const idleShare = 1 / 8;
/** A mutable segment of so many documents is worth freezing: its lists are made for each query. */
const idleFreeze = 128;

/**
 * What to merge when nothing is due and there is time, or undefined when it would not pay: segments that do not rest, from the
 * smallest to one that is not much larger than those before it together. So a document is merged again only when the segment
 * it is in grows by an eighth, however slowly others come in, and those left grow by a factor of eight.
 */
export function chooseIdleMerge<M extends Mergeable>(parts: readonly M[]): M[] | undefined {
  const ascending = parts.filter(({ live }) => live > 0 && live < restingSize).sort((a, b) => a.live - b.live);
  let together = 0;
  let chosen = 0;
  for (const [at, { live }] of ascending.entries()) {
    if (at > 0 && together < restingSize && together >= live * idleShare) {
      chosen = at + 1;
    }
    together += live;
  }
  if (chosen > 0) {
    return ascending.slice(0, chosen);
  }
  const worthFreezing = ascending.find(({ kind, live }) => kind === 'mutable' && live >= idleFreeze);
  return worthFreezing === undefined ? undefined : [worthFreezing];
}

/** Which to merge so that few are left: all that do not rest, together up to the size at which they do; mutable ones are frozen. */
export function chooseUnions<M extends Mergeable>(free: readonly M[]): M[][] {
  const unions: M[][] = [];
  let together: M[] = [];
  let live = 0;
  for (const one of free.filter(({ kind, live, gone }) => kind === 'mutable' || live < restingSize || gone > 0)) {
    together.push(one);
    live += one.live;
    if (live >= restingSize) {
      unions.push(together);
      together = [];
      live = 0;
    }
  }
  if (together.length > 1 || together.some(({ kind, gone }) => kind === 'mutable' || gone > 0)) {
    unions.push(together);
  }
  return unions;
}

/** Below 4,096 documents all are of one class: a few odd ones would otherwise stay for ever and be asked by each query. */
function sizeClass(documents: number): number {
  return Math.max(3, Math.floor(Math.log2(Math.max(1, documents)) / 3));
}
