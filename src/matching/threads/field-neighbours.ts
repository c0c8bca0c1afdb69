/** The newest of a field come along, however their text is worded. */
const neighboursPerField = 50;

type Neighbour = { id: string; publishedAtMs: number };

/** What is known of one record, as `put` takes it. */
export type NeighbourRow = [id: string, fields: readonly string[], publishedAtMs: number];

/** Who is new in which technology field. */
export class FieldNeighbours {
  private readonly fieldsById = new Map<string, readonly string[]>();
  private readonly timesByField = new Map<string, Map<string, number>>();
  private readonly newestByField = new Map<string, Neighbour[]>();
  private changed = new Set<string>();

  /** @param publishedAtMs since the epoch */
  put(id: string, fields: readonly string[], publishedAtMs: number): void {
    this.remove(id);
    this.fieldsById.set(id, fields);
    for (const field of fields) {
      const times = this.timesByField.get(field) ?? new Map<string, number>();
      this.timesByField.set(field, times.set(id, publishedAtMs));
      insert(this.newestIn(field), { id, publishedAtMs });
      this.changed.add(field);
    }
  }

  remove(id: string): void {
    for (const field of this.fieldsById.get(id) ?? []) {
      this.timesByField.get(field)?.delete(id);
      const newest = this.newestIn(field);
      const at = newest.findIndex((neighbour) => neighbour.id === id);
      if (at >= 0) {
        newest.splice(at, 1);
        this.refill(field, newest);
        this.changed.add(field);
      }
    }
    this.fieldsById.delete(id);
  }

  /** Everything, to be put again. */
  rows(): NeighbourRow[] {
    return Array.from(this.fieldsById, ([id, fields]) => [
      id,
      fields,
      this.timesByField.get(fields[0] ?? '')?.get(id) ?? 0,
    ]);
  }

  /** Fields whose lists have changed since this was last asked; ids, newest first, equally new ones by id. */
  takeChanges(): [field: string, newest: string[]][] {
    const { changed } = this;
    this.changed = new Set();
    return [...changed].map((field) => [field, this.newestIn(field).map(({ id }) => id)]);
  }

  private newestIn(field: string): Neighbour[] {
    const newest = this.newestByField.get(field) ?? [];
    this.newestByField.set(field, newest);
    return newest;
  }

  /** One is missing from a list that was full: the newest that is not in it. */
  private refill(field: string, newest: Neighbour[]): void {
    const times = this.timesByField.get(field) ?? new Map<string, number>();
    if (times.size <= newest.length) {
      return;
    }
    const listed = new Set(newest.map(({ id }) => id));
    let best: Neighbour | undefined;
    for (const [id, publishedAtMs] of times) {
      const neighbour = { id, publishedAtMs };
      if (!listed.has(id) && (best === undefined || comesBefore(neighbour, best))) {
        best = neighbour;
      }
    }
    if (best !== undefined) {
      newest.push(best);
    }
  }
}

function insert(newest: Neighbour[], added: Neighbour): void {
  const at = newest.findIndex((neighbour) => comesBefore(added, neighbour));
  newest.splice(at < 0 ? newest.length : at, 0, added);
  newest.length = Math.min(newest.length, neighboursPerField);
}

function comesBefore(a: Neighbour, b: Neighbour): boolean {
  return a.publishedAtMs > b.publishedAtMs || (a.publishedAtMs === b.publishedAtMs && a.id < b.id);
}
