import { ChunkedCursor } from './chunked-cursor.ts';
import { DenseCursor } from './dense-cursor.ts';
import type { ListCursor } from './list-cursor.ts';
import { MadeCursor } from './made-cursor.ts';
import type { WeightedList } from './query-list.ts';
import type { SegmentReader } from './segment-reader.ts';
import { ShortCursor } from './short-cursor.ts';

/** At the beginning of a list, however it is kept. */
export function openCursor(reader: SegmentReader, weighted: WeightedList): ListCursor {
  const { segment } = reader;
  const { term, packed } = weighted.list;
  if (packed !== undefined) {
    return new ShortCursor(reader, weighted, packed);
  }
  if (segment === undefined || term < 0) {
    return new MadeCursor(weighted);
  }
  return segment.terms.dense[term] === 1
    ? new DenseCursor(reader, weighted, segment)
    : new ChunkedCursor(reader, weighted, segment);
}
