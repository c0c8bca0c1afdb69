import { regionPrefix } from '../../core/region-codes.ts';
import type { SearchFilters } from '../../core/search-index.ts';
import type { ValueColumn } from './columns.ts';
import type { HeldSegment } from './held.ts';
import type { ValueTables } from './values.ts';

type FilterName = keyof SearchFilters;
type ValueTest = (value: string) => boolean;

/** Of the filters on one of the columns: which, and the test of its value. */
const valueTests: {
  [name in Exclude<FilterName, 'publishedAfter' | 'validAt'>]: {
    column: ValueColumn;
    test: (wanted: NonNullable<SearchFilters[name]>) => ValueTest;
  };
} = {
  technologyField: { column: 'technologyField', test: hasAny },
  industry: { column: 'industry', test: hasAny },
  cooperationMode: { column: 'cooperationMode', test: hasAny },
  iprKind: { column: 'iprKind', test: hasAny },
  regionCode: {
    column: 'region',
    test: (codes) => {
      const prefixes = codes.map(regionPrefix);
      return (value) => prefixes.some((prefix) => value.startsWith(prefix));
    },
  },
  minTrl: { column: 'trl', test: (level) => (value) => value !== '' && Number(value) >= level },
  maxTrl: { column: 'trl', test: (level) => (value) => value !== '' && Number(value) <= level },
  moneyBand: { column: 'moneyBand', test: isAny },
  activityType: { column: 'activityType', test: isAny },
  stage: { column: 'stage', test: isAny },
  language: { column: 'language', test: (language) => isAny([language]) },
};

/** The filters of a question, each with a bit of its own. */
export interface Filters {
  /** The bit of a filter that is set, otherwise 0. */
  bitOf(name: FilterName): number;
  /** Of each document of a segment the bits of the filters that it fails; null without any filter. */
  failing(segment: HeldSegment): Uint16Array | null;
}

/** Reads the tables when it is called: values that come later are not known. */
export function compileFilters(filters: SearchFilters, tables: ValueTables): Filters {
  const names = (Object.keys(filters) as FilterName[]).filter((name) => filters[name] !== undefined);
  const bitOf = (name: FilterName) => (names.includes(name) ? 1 << names.indexOf(name) : 0);
  const marks = names.map((name) => markerOf(name, bitOf(name), filters, tables));
  return {
    bitOf,
    failing: (segment) => {
      if (marks.length === 0) return null;
      const failing = new Uint16Array(segment.count);
      for (const mark of marks) mark(segment, failing);
      return failing;
    },
  };
}

function markerOf(name: FilterName, bit: number, filters: SearchFilters, tables: ValueTables) {
  if (name === 'publishedAfter' || name === 'validAt') {
    const least = filters[name]?.getTime() ?? 0;
    const column = name === 'publishedAfter' ? 'publishedAt' : 'validUntil';
    return (segment: HeldSegment, failing: Uint16Array) => {
      const times = segment[column];
      for (let at = 0; at < failing.length; at++)
        if ((times[at] as number) < least) failing[at] = (failing[at] as number) | bit;
    };
  }
  const { column, test } = valueTests[name] as { column: ValueColumn; test: (wanted: unknown) => ValueTest };
  const passes = test(filters[name]);
  const bits = Uint16Array.from(tables[column].values, (value) => (passes(value) ? 0 : bit));
  return (segment: HeldSegment, failing: Uint16Array) => {
    const numbers = segment.values[column];
    for (let at = 0; at < failing.length; at++)
      failing[at] = (failing[at] as number) | (bits[numbers[at] as number] as number);
  };
}

function hasAny(codes: readonly string[]): ValueTest {
  // No code has a comma.
  const wanted = codes.filter((code) => code !== '' && !code.includes(',')).map((code) => `,${code},`);
  return (value) => wanted.some((code) => value.includes(code));
}

function isAny(codes: readonly string[]): ValueTest {
  return (value) => value !== '' && codes.includes(value);
}
