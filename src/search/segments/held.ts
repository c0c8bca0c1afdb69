import { type Columns, type ValueColumn, valueColumns } from './columns.ts';
import { emptyValueTables, numberValues, type ValueTables } from './values.ts';

/** A segment's columns as a process keeps them: its values numbered as in all segments of the kind. */
export interface HeldSegment
  extends Pick<Columns, 'count' | 'ids' | 'publishedAt' | 'validUntil' | 'trigramStarts' | 'trigrams'> {
  values: Record<ValueColumn, Uint32Array>;
}

/**
 * The columns of one kind's segments. A segment never changes and its id is never used again, so what is held is right for as long
 * as the segment is listed: about 120 bytes for each document.
 */
export interface HeldIndex {
  tables: ValueTables;
  segments: Map<string, HeldSegment>;
}

/** Values that no segment has any more stay in the tables; so many are too many. */
const maxValues = 200_000;

export function createHeldIndex(): HeldIndex {
  return { tables: emptyValueTables(), segments: new Map() };
}

export function holdSegment(held: HeldIndex, id: string, columns: Columns): void {
  const { count, ids, publishedAt, validUntil, trigramStarts, trigrams } = columns;
  const values = numberValues(held.tables, columns);
  held.segments.set(id, { count, ids, publishedAt, validUntil, trigramStarts, trigrams, values });
}

/** Lets go of what is not listed any more. */
export function keepOnly(held: HeldIndex, listed: ReadonlySet<string>): void {
  for (const id of held.segments.keys()) if (!listed.has(id)) held.segments.delete(id);
  if (valueColumns.some((column) => held.tables[column].values.length > maxValues)) {
    held.segments.clear();
    held.tables = emptyValueTables();
  }
}
