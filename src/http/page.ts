import { type TSchema, Type } from 'typebox';

/** A page of a list: the items, and where the next page starts. */
export function PageOf<Item extends TSchema>(item: Item) {
  const { examples = [] } = item as TSchema & { examples?: unknown[] };
  return Type.Object(
    { items: Type.Array(item), nextCursor: Type.Union([Type.String(), Type.Null()]) },
    { examples: [{ items: examples.slice(0, 1), nextCursor: null }] },
  );
}
