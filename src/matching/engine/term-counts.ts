/** Number of words in title, keywords and body. */
export type FieldLengths = [title: number, keywords: number, body: number];

/** 16 bits: title 4, keywords 4, body 8. Counts stop at what fits, beyond which further occurrences hardly matter. */
const titleShift = 12;
const keywordsShift = 8;
const maxHeadingCount = 15;
const maxBodyCount = 255;
/** Once in the body and nowhere else: most postings. */
export const onceInBody = 1;
const bodyMask = maxBodyCount;

/** Packed counts with one more in a field (0 title, 1 keywords, 2 body), as far as it fits. */
export function addOccurrence(packed: number, field: number): number {
  if (field === 2) {
    return (packed & bodyMask) === maxBodyCount ? packed : packed + 1;
  }
  const shift = field === 0 ? titleShift : keywordsShift;
  return ((packed >>> shift) & maxHeadingCount) === maxHeadingCount ? packed : packed + (1 << shift);
}

export function titleCount(packed: number): number {
  return packed >>> titleShift;
}

export function keywordsCount(packed: number): number {
  return (packed >>> keywordsShift) & maxHeadingCount;
}

export function bodyCount(packed: number): number {
  return packed & bodyMask;
}

/** The counts of title and keywords alone. */
export function headingCounts(packed: number): number {
  return packed - bodyCount(packed);
}

/** Field by field the smaller of two packed counts. */
export function smallerCounts(a: number, b: number): number {
  return (
    (Math.min(titleCount(a), titleCount(b)) << titleShift) |
    (Math.min(keywordsCount(a), keywordsCount(b)) << keywordsShift) |
    Math.min(bodyCount(a), bodyCount(b))
  );
}
