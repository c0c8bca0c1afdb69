import { firstNotBelow, type ListCursor } from './list-cursor.ts';
import type { WeightedList } from './query-list.ts';
import type { SegmentReader } from './segment-reader.ts';
import { onceInBody } from './term-counts.ts';

/**
 * A short list, read for the query but not yet weighed: what a posting is worth takes its document's lengths, and these are at hand
 * once the window is that the document lies in; earlier, each would be fetched from memory.
 */
export class ShortCursor implements ListCursor {
  readonly bound: number;
  readonly isDense = false;
  private readonly weight: number;
  private readonly reader: SegmentReader;
  private readonly documents: Uint32Array;
  private readonly packed: Uint16Array;
  private readonly count: number;
  private at = 0;

  constructor(reader: SegmentReader, { list, weight }: WeightedList, packed: Uint16Array) {
    this.bound = weight * list.bound;
    this.weight = weight;
    this.reader = reader;
    this.documents = list.documents;
    this.packed = packed;
    this.count = list.count;
  }

  addTo(scores: Float64Array, from: number, to: number): void {
    const { documents, weight, count } = this;
    let at = firstNotBelow(documents, this.at, count, from);
    while (at < count) {
      const document = documents[at] as number;
      if (document >= to) {
        break;
      }
      const place = document - from;
      scores[place] = (scores[place] as number) + weight * this.impactAt(at, document);
      at++;
    }
    this.at = at;
  }

  lookUp(found: Uint32Array, scores: Float64Array, count: number, needed: number): number {
    let { at } = this;
    let kept = 0;
    for (let which = 0; which < count; which++) {
      const document = found[which] as number;
      at = firstNotBelow(this.documents, at, this.count, document);
      let score = scores[which] as number;
      if (at < this.count && this.documents[at] === document) {
        score += this.weight * this.impactAt(at, document);
      }
      if (score >= needed) {
        found[kept] = document;
        scores[kept] = score;
        kept++;
      }
    }
    this.at = at;
    return kept;
  }

  private impactAt(at: number, document: number): number {
    const { impacts, lengths, lengthsStride: stride } = this.reader;
    const packed = this.packed[at] as number;
    // Kind 0, most postings, without a call.
    return packed === onceInBody
      ? (impacts.ofKind[lengths[2 * stride + document] as number] as number)
      : impacts.impactIn(packed, lengths, stride, document);
  }
}
