import type { Ctx } from '../../core/ctx.ts';
import type { SearchKind } from '../../core/search-index.ts';
import { findSharing } from '../segments/find.ts';

/** Terms that more documents than this have say little. */
const commonShare = 0.02;
/** Of one text. */
const termsAtOnce = 24;

/**
 * Ids of the published records of a kind that share the most of these terms, the most first: where to look for records
 * that are much alike. Asks the index in PostgreSQL, which is kept beside every other.
 * `degraded` says that the index is being filled, so that some may be missing.
 * @param terms as the analysis of a text makes them, the most telling first
 */
export async function findAlikeDocuments(
  ctx: Ctx,
  kind: SearchKind,
  terms: readonly string[],
  limit: number,
): Promise<{ ids: string[]; degraded: boolean }> {
  const { ids, isFilled } = await findSharing(ctx.db, kind, terms.slice(0, termsAtOnce), { commonShare, limit });
  return { ids, degraded: !isFilled };
}
