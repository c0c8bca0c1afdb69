import { impactScale } from './length-norms.ts';
import type { Member } from './query-list.ts';
import { termId } from './term-id.ts';

/** Any of the members counts as the concept; `key` tells concepts with other members apart. Terms by name or by id. */
export type ConceptMembers = {
  key: string;
  members: readonly { terms: readonly (string | number)[]; weight: number }[];
};

export type WeightedConcept = { concept: ConceptMembers; weight: number };

/** Query weights are kept as whole numbers of these parts, so that scores do not depend on the order of addition. */
const weightScale = 1_024;
/** So many points of a ranked document are a score of 1. */
export const scoreUnits: number = weightScale * impactScale;

export function wholeWeight(weight: number): number {
  return Math.max(0, Math.round(weight * weightScale));
}

export function membersById(members: ConceptMembers['members']): Member[] {
  return members
    .filter(({ terms }) => terms.length > 0)
    .map(({ terms, weight }) => ({
      ids: terms.map((term) => (typeof term === 'number' ? term : termId(term))),
      weight,
    }));
}
