import type { Ctx } from '../../core/ctx.ts';
import type { SearchKind } from '../../core/search-index.ts';
import { kindTerm, termQuery } from '../index-terms.ts';
import { commonTerms, findSharing } from '../store.ts';

/** Terms that more documents than this have say little, and cost most. */
const commonShare = 0.02;
/** Of one text. */
const termsAtOnce = 40;

/**
 * Ids of the published records of a kind that share the most of these terms, the most first: where to look for records
 * that are much alike. Asks the index in PostgreSQL, which is kept beside every other.
 * @param terms as the analysis of a text makes them, the most telling first
 */
export async function findAlikeDocuments(
  ctx: Ctx,
  kind: SearchKind,
  terms: readonly string[],
  limit: number,
): Promise<string[]> {
  const shares = await commonTerms(ctx.db);
  const telling = terms.filter((term) => (shares.get(kindTerm(kind, term)) ?? 0) <= commonShare);
  const queries = telling.slice(0, termsAtOnce).map((term) => termQuery(kind, [{ term, anywhere: false }], '|'));
  return queries.length === 0 ? [] : await findSharing(ctx.db, kind, queries, limit);
}
