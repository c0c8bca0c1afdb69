import { analyse } from './analysis.ts';
import { fieldNames, type TextFields } from './types.ts';

/** Number of words in title, keywords and body. */
export type FieldLengths = [title: number, keywords: number, body: number];

/** What BM25F needs to know of one document: how often each term stands in each field, packed, and the fields' lengths. */
export type DocumentCounts = { counts: Map<string, number>; lengths: FieldLengths };

/** 16 bits: title 4, keywords 4, body 8. Counts stop at what fits, beyond which further occurrences hardly matter. */
const titleShift = 12;
const keywordsShift = 8;
const maxHeadingCount = 15;
const maxBodyCount = 255;
const fieldUnits = [1 << titleShift, 1 << keywordsShift, 1] as const;
const bodyMask = maxBodyCount;

/** Terms of a document's fields, counted. */
export function countTerms(fields: TextFields): DocumentCounts {
  const counts = new Map<string, number>();
  const lengths: FieldLengths = [0, 0, 0];
  fieldNames.forEach((name, field) => {
    const { tokens, pairs } = analyse(fields[name]);
    lengths[field] = tokens.length;
    for (const list of [tokens, pairs]) {
      for (const { term } of list) {
        const known = counts.get(term) ?? 0;
        if (!isFull(known, field)) {
          counts.set(term, known + (fieldUnits[field] ?? 0));
        }
      }
    }
  });
  return { counts, lengths };
}

function isFull(packed: number, field: number): boolean {
  if (field === 2) {
    return bodyCount(packed) === maxBodyCount;
  }
  return (field === 0 ? titleCount(packed) : keywordsCount(packed)) === maxHeadingCount;
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
