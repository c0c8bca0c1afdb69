import { addOccurrence } from './term-counts.ts';

/**
 * What packed counts are as a rule: a few occurrences in one field and none elsewhere. Such a posting is worth what the length of
 * that field says. Its kind takes 4 bits; `escapedKind` stands for all other counts.
 */
export const escapedKind = 15;
export const kindCount = 15;

/** By kind: the field, and how often the term stands there. */
const kinds: readonly { field: number; count: number }[] = [
  ...Array.from({ length: 9 }, (_, at) => ({ field: 2, count: at + 1 })),
  ...Array.from({ length: 3 }, (_, at) => ({ field: 0, count: at + 1 })),
  ...Array.from({ length: 3 }, (_, at) => ({ field: 1, count: at + 1 })),
];

const packedByKind = Uint16Array.from(kinds, ({ field, count }) => {
  let packed = 0;
  for (let left = count; left > 0; left--) {
    packed = addOccurrence(packed, field);
  }
  return packed;
});

const fieldByKind = Uint8Array.from(kinds, ({ field }) => field);

const kindByPacked = new Uint8Array(65_536).fill(escapedKind);
packedByKind.forEach((packed, kind) => {
  kindByPacked[packed] = kind;
});

export function kindOf(packed: number): number {
  return kindByPacked[packed] as number;
}

/** 0 title, 1 keywords, 2 body. */
export function fieldOfKind(kind: number): number {
  return fieldByKind[kind] as number;
}

export function packedOfKind(kind: number): number {
  return packedByKind[kind] as number;
}
