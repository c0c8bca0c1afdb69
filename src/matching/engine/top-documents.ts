export type RankedDocument = { id: string; score: number };

/** The best so many documents seen: highest score first, equal scores by id. A binary heap with the worst on top. */
export class TopDocuments {
  private readonly heap: RankedDocument[] = [];
  private readonly limit: number;
  private readonly filter: ((id: string) => boolean) | undefined;

  constructor(limit: number, filter?: (id: string) => boolean) {
    this.limit = Math.max(0, limit);
    this.filter = filter;
  }

  /** Documents below this score cannot enter; one that equals it may, by its id. */
  get threshold(): number {
    return this.heap.length < this.limit ? 0 : (this.heap[0]?.score ?? Number.POSITIVE_INFINITY);
  }

  offer(id: string, score: number): void {
    const full = this.heap.length >= this.limit;
    const [worst] = this.heap;
    if (full && (worst === undefined || !isBetter(id, score, worst))) {
      return;
    }
    if (this.filter !== undefined && !this.filter(id)) {
      return;
    }
    if (full) {
      this.sink({ id, score });
    } else {
      this.rise({ id, score });
    }
  }

  toSorted(): RankedDocument[] {
    return this.heap.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
  }

  private rise(entry: RankedDocument): void {
    let at = this.heap.length;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = this.heap[parent];
      if (above === undefined || !isBetter(above.id, above.score, entry)) {
        break;
      }
      this.heap[at] = above;
      at = parent;
    }
    this.heap[at] = entry;
  }

  private sink(entry: RankedDocument): void {
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
      if (right !== undefined && isBetter(left.id, left.score, right)) {
        worse = right;
        child++;
      }
      if (!isBetter(entry.id, entry.score, worse)) {
        break;
      }
      this.heap[at] = worse;
      at = child;
    }
    this.heap[at] = entry;
  }
}

function isBetter(id: string, score: number, than: RankedDocument): boolean {
  return score > than.score || (score === than.score && id < than.id);
}
