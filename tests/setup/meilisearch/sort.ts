import { MeilisearchError } from './errors.ts';
import { normalizedFacet, scalarsAt } from './filter-match.ts';
import { type JsonObject, matchesPattern } from './json.ts';
import type { Settings } from './settings.ts';

export interface SortBy {
  field: string;
  isDescending: boolean;
}

/** `title:asc` and so on, of attributes that the settings let be sorted by. */
export function readSort(given: readonly string[], uid: string, settings: Settings, code: string): SortBy[] {
  return given.map((one) => {
    const [, field = '', direction] = /^(.+):(asc|desc)$/u.exec(one) ?? [];
    if (direction === undefined)
      throw new MeilisearchError(
        code,
        `Invalid syntax for the sort parameter: expected expression ending by \`:asc\` or \`:desc\`, found \`${one}\`.`,
      );
    const known = settings.sortableAttributes;
    if (!known.some((name) => matchesPattern(name, field))) {
      const why =
        known.length === 0
          ? 'This index does not have configured sortable attributes.'
          : `Available sortable attributes are: \`${known.join(', ')}\`.`;
      throw new MeilisearchError(code, `Index \`${uid}\`: Attribute \`${field}\` is not sortable. ${why}`);
    }
    return { field, isDescending: direction === 'desc' };
  });
}

/** The value that counts of several: the smallest when rising, the largest when falling. */
function keyOf(document: JsonObject, { field, isDescending }: SortBy): string | number | undefined {
  const values = scalarsAt(document, field);
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length > 0) return isDescending ? Math.max(...numbers) : Math.min(...numbers);
  const words = values.map((value) => normalizedFacet(String(value))).toSorted();
  return isDescending ? words.at(-1) : words[0];
}

/** Numbers before words in both directions, and documents without a value last. */
export function sortOrder(a: JsonObject, b: JsonObject, by: readonly SortBy[]): number {
  const kind = (key: string | number | undefined): number => (key === undefined ? 2 : typeof key === 'number' ? 0 : 1);
  for (const one of by) {
    const [first, second] = [keyOf(a, one), keyOf(b, one)];
    const kinds = kind(first) - kind(second);
    if (kinds !== 0) return kinds;
    if (first === second || first === undefined || second === undefined) continue;
    return (first < second ? -1 : 1) * (one.isDescending ? -1 : 1);
  }
  return 0;
}
