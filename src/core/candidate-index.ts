/**
 * The port to the text engine: who could answer whom. It returns ids, best first; rows come from PostgreSQL and are
 * judged again. `Texts` compares one pair at a time. The types are matching's, which core may not import.
 */
export interface CandidateIndex<Demand, Result, Texts> {
  /**
   * Resolves when everything that transaction `xid` wrote can be found.
   * @throws AppError UNAVAILABLE after `timeoutMs`
   */
  waitUntil(xid: string, timeoutMs: number): Promise<void>;
  resultsFor(demand: Demand, limit: number): string[];
  demandsFor(result: Result, limit: number): string[];
  /** A comparer of its own for each run: it remembers what it read last. */
  texts(): Texts;
}
