import type { SegmentReader } from './segment-reader.ts';

/** Ids are asked for only when scores are equal, and for the answer. */
type Entry = { score: number; reader: SegmentReader; document: number; id: string | undefined };

export type RankedDocument = { id: string; score: number; reader: SegmentReader; document: number };

/** The best so many documents seen: highest score first, equal scores by id. A binary heap with the worst on top. */
export class TopDocuments {
  private readonly heap: Entry[] = [];
  readonly limit: number;

  constructor(limit: number) {
    this.limit = Math.max(0, limit);
  }

  /** Documents below this score cannot enter; one that equals it may, by its id. */
  get threshold(): number {
    return this.heap.length < this.limit ? 0 : (this.heap[0]?.score ?? Number.POSITIVE_INFINITY);
  }

  offer(reader: SegmentReader, document: number, score: number): void {
    const [worst] = this.heap;
    if (this.heap.length < this.limit) {
      this.rise({ score, reader, document, id: undefined });
    } else if (worst !== undefined && score >= worst.score) {
      const entry = { score, reader, document, id: undefined };
      if (isBetter(entry, worst)) {
        this.sink(entry);
      }
    }
  }

  toSorted(): RankedDocument[] {
    return this.heap
      .map((entry) => ({ id: idOf(entry), score: entry.score, reader: entry.reader, document: entry.document }))
      .sort(byRank);
  }

  private rise(entry: Entry): void {
    let at = this.heap.length;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = this.heap[parent];
      if (above === undefined || !isBetter(above, entry)) {
        break;
      }
      this.heap[at] = above;
      at = parent;
    }
    this.heap[at] = entry;
  }

  private sink(entry: Entry): void {
    const size = this.heap.length;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      const left = this.heap[child];
      const right = this.heap[child + 1];
      if (child >= size || left === undefined) {
        break;
      }
      let worse = left;
      if (right !== undefined && isBetter(left, right)) {
        worse = right;
        child++;
      }
      if (!isBetter(entry, worse)) {
        break;
      }
      this.heap[at] = worse;
      at = child;
    }
    this.heap[at] = entry;
  }
}

/** Best first. */
export function byRank(a: RankedDocument, b: RankedDocument): number {
  return b.score - a.score || (a.id < b.id ? -1 : 1);
}

function isBetter(entry: Entry, than: Entry): boolean {
  return entry.score > than.score || (entry.score === than.score && idOf(entry) < idOf(than));
}

function idOf(entry: Entry): string {
  entry.id ??= entry.reader.idAt(entry.document);
  return entry.id;
}
