/** Of the index: the records that are looked for. */
export const sides = ['demand', 'result'] as const;
export type Side = (typeof sides)[number];
