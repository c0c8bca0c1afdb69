import { impactScale } from './length-norms.ts';
import type { Member } from './query-list.ts';

/** Any of the members counts as the concept; `key` tells concepts with other members apart. */
export type ConceptMembers = { key: string; members: readonly Member[] };

export type WeightedConcept = { concept: ConceptMembers; weight: number };

/** Query weights are kept as whole numbers of these parts, so that scores do not depend on the order of addition. */
const weightScale = 1_024;
/** So many points of a ranked document are a score of 1. */
export const scoreUnits: number = weightScale * impactScale;

export function wholeWeight(weight: number): number {
  return Math.max(0, Math.round(weight * weightScale));
}
