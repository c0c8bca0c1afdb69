/** Reciprocal rank fusion's damping constant (Cormack, Clarke & Büttcher, SIGIR 2009). */
const rankConstant = 60;

/** Joins ranked lists of ids into one: each list gives 1 / (60 + rank); ties by id. A repeated id counts once a list. */
export function fuseRankedLists(lists: readonly (readonly string[])[], limit: number): string[] {
  const scores = new Map<string, number>();
  for (const list of lists) {
    [...new Set(list)].forEach((id, at) => {
      scores.set(id, (scores.get(id) ?? 0) + 1 / (rankConstant + at + 1));
    });
  }
  return [...scores]
    .toSorted(([idA, scoreA], [idB, scoreB]) => scoreB - scoreA || (idA < idB ? -1 : 1))
    .slice(0, Math.max(0, limit))
    .map(([id]) => id);
}
