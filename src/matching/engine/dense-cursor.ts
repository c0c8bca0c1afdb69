import type { ListCursor } from './list-cursor.ts';
import { escapedCount, escapedIn } from './postings.ts';
import type { WeightedList } from './query-list.ts';
import type { Segment } from './segment.ts';
import type { SegmentReader } from './segment-reader.ts';

/** A list with a byte for each document: found in one step, but walked past every document. */
export class DenseCursor implements ListCursor {
  readonly bound: number;
  readonly isDense = true;
  private readonly weight: number;
  private readonly reader: SegmentReader;
  private readonly bytes: Uint8Array;
  private readonly start: number;

  constructor(reader: SegmentReader, { list, weight }: WeightedList, { postings, terms }: Segment) {
    this.bound = weight * list.bound;
    this.weight = weight;
    this.reader = reader;
    this.bytes = postings;
    this.start = terms.offsets[list.term] as number;
  }

  addTo(scores: Float64Array, from: number, to: number): void {
    const { bytes, weight, start } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    for (let document = from; document < to; document++) {
      const code = bytes[start + document] as number;
      if (code !== 0) {
        const impact =
          code === escapedCount ? this.escapedImpact(document) : impacts.ofCode(code, lengths, stride, document);
        scores[document - from] = (scores[document - from] as number) + weight * impact;
      }
    }
  }

  lookUp(documents: Uint32Array, scores: Float64Array, found: number, needed: number): number {
    const { bytes, weight, start } = this;
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    let kept = 0;
    for (let which = 0; which < found; which++) {
      const document = documents[which] as number;
      const code = bytes[start + document] as number;
      // Code 0, no posting, is worth nothing.
      const impact =
        code === escapedCount ? this.escapedImpact(document) : impacts.ofCode(code, lengths, stride, document);
      const score = (scores[which] as number) + weight * impact;
      if (score >= needed) {
        documents[kept] = document;
        scores[kept] = score;
        kept++;
      }
    }
    return kept;
  }

  private escapedImpact(document: number): number {
    const { lengths, lengthsStride, impacts, size } = this.reader;
    return impacts.impactIn(escapedIn(this.bytes, this.start, size, document), lengths, lengthsStride, document);
  }
}
