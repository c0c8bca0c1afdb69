import { MeilisearchError } from './errors.ts';
import type { Filter, FilterTest } from './filter-parser.ts';
import { isObject, type Json, type JsonObject, valuesAt } from './json.ts';
import { featuresOf, type Settings } from './settings.ts';

/** Longer values are cut when they are stored, so that they cannot be found by their whole text. */
const maxFacetValueBytes = 468;

/** How strings are compared in filters and grouped in facets: case and width do not count, accents do. */
export function normalizedFacet(value: string): string {
  return value.trim().normalize('NFKD').toLowerCase();
}

function stored(value: string): string {
  const bytes = Buffer.from(normalizedFacet(value));
  if (bytes.length <= maxFacetValueBytes) return bytes.toString();
  let end = maxFacetValueBytes;
  while (((bytes[end] as number) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end).toString();
}

/** The values that can be filtered, counted and sorted by: elements of arrays each, booleans as words. */
export function scalarsAt(document: JsonObject, field: string): (string | number)[] {
  const scalars: (string | number)[] = [];
  const add = (value: Json): void => {
    if (Array.isArray(value)) value.forEach(add);
    else if (typeof value === 'boolean') scalars.push(String(value));
    else if (typeof value === 'string' || typeof value === 'number') scalars.push(value);
  };
  valuesAt(document, field).forEach(add);
  return scalars;
}

function asNumber(text: string): number | null {
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/iu.test(text) ? Number(text) : null;
}

function equals(found: string | number, value: string): boolean {
  return typeof found === 'number' ? found === asNumber(value) : stored(found) === normalizedFacet(value);
}

/** Numbers with numbers, and words in the order of their bytes. */
function order(found: string | number, value: string): number | null {
  const limit = asNumber(value);
  if (limit !== null) return typeof found === 'number' ? found - limit : null;
  return typeof found === 'string'
    ? Buffer.compare(Buffer.from(stored(found)), Buffer.from(normalizedFacet(value)))
    : null;
}

function holds(test: FilterTest, document: JsonObject, field: string): boolean {
  const inOrder = (accept: (order: number) => boolean, value: string) =>
    scalarsAt(document, field).filter((found) => {
      const place = order(found, value);
      return place !== null && accept(place);
    });
  switch (test.kind) {
    case 'exists':
      return valuesAt(document, field).length > 0;
    case 'null':
      return valuesAt(document, field).some((value) => value === null);
    case 'empty':
      return valuesAt(document, field).some(
        (value) =>
          value === '' ||
          (Array.isArray(value) && value.length === 0) ||
          (isObject(value) && Object.keys(value).length === 0),
      );
    case 'in':
      return scalarsAt(document, field).some((found) => test.values.some((value) => equals(found, value)));
    case 'starts':
      return scalarsAt(document, field).some(
        (found) => typeof found === 'string' && stored(found).startsWith(normalizedFacet(test.value)),
      );
    case 'between': {
      const above = inOrder((place) => place >= 0, test.from);
      return inOrder((place) => place <= 0, test.to).some((found) => above.includes(found));
    }
    case 'compare':
      break;
  }
  switch (test.with) {
    case '=':
      return scalarsAt(document, field).some((found) => equals(found, test.value));
    case '!=':
      return !scalarsAt(document, field).some((found) => equals(found, test.value));
    case '>':
      return inOrder((place) => place > 0, test.value).length > 0;
    case '>=':
      return inOrder((place) => place >= 0, test.value).length > 0;
    case '<':
      return inOrder((place) => place < 0, test.value).length > 0;
    case '<=':
      return inOrder((place) => place <= 0, test.value).length > 0;
  }
}

export function matchesFilter(filter: Filter | null, document: JsonObject): boolean {
  if (filter === null) return true;
  if (filter.op === 'and') return filter.parts.every((part) => matchesFilter(part, document));
  if (filter.op === 'or') return filter.parts.some((part) => matchesFilter(part, document));
  if (filter.op === 'not') return !matchesFilter(filter.part, document);
  return holds(filter.test, document, filter.field);
}

/** Refuses fields that the settings do not let be filtered, or not in that way. */
export function checkFilter(filter: Filter | null, uid: string, settings: Settings, code: string): void {
  if (filter === null) return;
  if (filter.op === 'and' || filter.op === 'or') {
    for (const part of filter.parts) checkFilter(part, uid, settings, code);
    return;
  }
  if (filter.op === 'not') {
    checkFilter(filter.part, uid, settings, code);
    return;
  }

  const features = featuresOf(settings, filter.field);
  if (features === null) {
    const patterns = settings.filterableAttributes.flatMap((one) =>
      typeof one === 'string' ? [one] : one.attributePatterns,
    );
    const known = patterns.toSorted().map((one) => `\`${one}\``);
    const why =
      known.length === 0
        ? 'This index does not have configured filterable attributes.'
        : `Available filterable attribute patterns are: ${known.join(', ')}.`;
    throw new MeilisearchError(code, `Index \`${uid}\`: Attribute \`${filter.field}\` is not filterable. ${why}`);
  }
  const { test } = filter;
  const compares = test.kind === 'between' || (test.kind === 'compare' && !['=', '!='].includes(test.with));
  const operator = test.kind === 'compare' ? test.with : test.kind;
  if (compares ? !features.comparison : !features.equality)
    throw new MeilisearchError(
      code,
      `Index \`${uid}\`: Filter operator \`${operator}\` is not allowed for the attribute \`${filter.field}\`.`,
    );
}
