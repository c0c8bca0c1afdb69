import { firstNotBelow, type ListCursor } from './list-cursor.ts';
import type { WeightedList } from './query-list.ts';

/** A list that was read for the query: documents and what it is worth in each. */
export class MadeCursor implements ListCursor {
  readonly bound: number;
  readonly isDense = false;
  private readonly weight: number;
  private readonly documents: Uint32Array;
  private readonly impacts: Uint16Array;
  private readonly count: number;
  private at = 0;

  constructor({ list, weight }: WeightedList) {
    this.bound = weight * list.bound;
    this.weight = weight;
    this.documents = list.documents;
    this.impacts = list.impacts;
    this.count = list.count;
  }

  addTo(scores: Float64Array, from: number, to: number): void {
    const { documents, impacts, weight, count } = this;
    let at = firstNotBelow(documents, this.at, count, from);
    while (at < count) {
      const document = documents[at] as number;
      if (document >= to) {
        break;
      }
      const place = document - from;
      scores[place] = (scores[place] as number) + weight * (impacts[at] as number);
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
        score += this.weight * (this.impacts[at] as number);
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
}
