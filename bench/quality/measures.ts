import type { QualitySet } from './sets.ts';

export type QualityRow = {
  set: string;
  system: string;
  ndcg10: number;
  recall100: number;
  mrr10: number;
  queries: number;
};

/** Ids of the best documents for a query, best first, at least 100 where there are as many. */
export type Ranker = (query: { title: string; text: string }) => readonly string[];

/** Averages over the set's queries. nDCG with linear gain: Järvelin & Kekäläinen (2002), as trec_eval counts it. */
export function measureQuality(set: QualitySet, system: string, rank: Ranker): QualityRow {
  const sums = { ndcg10: 0, recall100: 0, mrr10: 0 };
  for (const query of set.queries) {
    const relevant = set.relevant.get(query.id) ?? new Map<string, number>();
    const ranked = rank(query);
    sums.ndcg10 += ndcg(ranked, relevant, 10);
    sums.recall100 += recall(ranked, relevant, 100);
    sums.mrr10 += reciprocalRank(ranked, relevant, 10);
  }
  const count = Math.max(1, set.queries.length);
  return {
    set: set.name,
    system,
    ndcg10: sums.ndcg10 / count,
    recall100: sums.recall100 / count,
    mrr10: sums.mrr10 / count,
    queries: set.queries.length,
  };
}

function ndcg(ranked: readonly string[], relevant: ReadonlyMap<string, number>, depth: number): number {
  const gained = discounted(ranked.slice(0, depth).map((id) => relevant.get(id) ?? 0));
  const ideal = discounted([...relevant.values()].toSorted((a, b) => b - a).slice(0, depth));
  return ideal > 0 ? gained / ideal : 0;
}

function discounted(gains: readonly number[]): number {
  return gains.reduce((sum, gain, at) => sum + gain / Math.log2(at + 2), 0);
}

function recall(ranked: readonly string[], relevant: ReadonlyMap<string, number>, depth: number): number {
  const found = ranked.slice(0, depth).filter((id) => relevant.has(id)).length;
  return relevant.size > 0 ? found / relevant.size : 0;
}

function reciprocalRank(ranked: readonly string[], relevant: ReadonlyMap<string, number>, depth: number): number {
  const at = ranked.slice(0, depth).findIndex((id) => relevant.has(id));
  return at < 0 ? 0 : 1 / (at + 1);
}
