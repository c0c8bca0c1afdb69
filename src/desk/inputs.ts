import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';

/** In the order in which a desk shows them. */
export const deskCategories = [
  'demands-in-review',
  'results-in-review',
  'suggested-matches',
  'requested-introductions',
  'late-introductions',
  'overdue-milestones',
  'late-contracts',
] as const;
export type DeskCategory = (typeof deskCategories)[number];

const filters = {
  scope: Type.Optional(
    Type.Enum(['mine', 'all'], {
      description:
        "mine: what I have in hand and what nobody has, a broker's default; all: everybody's of the territory, a director's. For reviews and introductions.",
    }),
  ),
  minScore: Type.Optional(
    Type.Number({ minimum: 0, maximum: 100, default: 60, description: 'From where on a suggested match is shown.' }),
  ),
};

export const ReadDesk = Type.Object(filters, { additionalProperties: false });
export type ReadDesk = Static<typeof ReadDesk>;

export const ListDesk = Type.Object({ ...pageQuery, ...filters }, { additionalProperties: false });
export type ListDesk = Static<typeof ListDesk>;

export const DeskParams = Type.Object({ category: Type.Enum([...deskCategories]) });
