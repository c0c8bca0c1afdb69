/**
 * The port to the text engine: who could answer whom, and how well. It returns ids, best first; rows come from PostgreSQL
 * and are judged again. The types are matching's, which core may not import. Every answer may be refused with AppError
 * UNAVAILABLE, while the index is being built.
 */
export interface CandidateIndex<Demand, Result, Task, Ranking> {
  /**
   * Resolves when everything that transaction `xid` wrote can be found.
   * @throws AppError UNAVAILABLE after `timeoutMs`
   */
  waitUntil(xid: string, timeoutMs: number): Promise<void>;
  resultsFor(demand: Demand, limit: number): Promise<string[]>;
  demandsFor(result: Result, limit: number): Promise<string[]>;
  /** Filters, scores and explains one record against records of the other side, by the word statistics of this index. */
  rank(task: Task): Promise<Ranking>;
}
