/** The newest of a field come along, however their text is worded. */
const neighboursPerField = 50;

/** Who is new in which technology field. */
export class FieldNeighbours {
  private readonly fieldsById = new Map<string, readonly string[]>();
  private readonly timesByField = new Map<string, Map<string, number>>();
  private readonly newest = new Map<string, string[]>();

  /** @param publishedAtMs since the epoch */
  put(id: string, fields: readonly string[], publishedAtMs: number): void {
    this.remove(id);
    this.fieldsById.set(id, fields);
    for (const field of fields) {
      const times = this.timesByField.get(field) ?? new Map<string, number>();
      this.timesByField.set(field, times.set(id, publishedAtMs));
      this.newest.delete(field);
    }
  }

  remove(id: string): void {
    for (const field of this.fieldsById.get(id) ?? []) {
      this.timesByField.get(field)?.delete(id);
      this.newest.delete(field);
    }
    this.fieldsById.delete(id);
  }

  /** Ids, newest first, equally new ones by id. */
  newestIn(field: string): readonly string[] {
    let ids = this.newest.get(field);
    if (ids === undefined) {
      ids = [...(this.timesByField.get(field) ?? [])]
        .toSorted(([idA, atA], [idB, atB]) => atB - atA || (idA < idB ? -1 : 1))
        .slice(0, neighboursPerField)
        .map(([id]) => id);
      this.newest.set(field, ids);
    }
    return ids;
  }
}
