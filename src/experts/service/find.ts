import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { readTransaction } from '../../core/transaction.ts';
import { listRestrictedOrganizationIds, refuseRestricted } from '../../credit/service.ts';
import { getDemandRows, listExclusions } from '../../demands/service.ts';
import { askWorker, type PreviewMeans } from '../../matches/service.ts';
import type { ListDemandExperts } from '../inputs.ts';
import { mayFindFor } from '../policy.ts';
import { fieldProximity, isAvailable } from '../rules.ts';
import { getExpertRows, listActiveExperts } from '../store.ts';
import { type DemandExpertsView, toDemandExpertsView } from '../views.ts';
import { loadExpertParts } from './profiles.ts';
import { type ExpertQuestion, type RankedExpert, rankExperts } from './rank.ts';

const defaultLimit = 10;

/** Of more than these, the nearest by field are scored: each costs some 0.2 ms in a thread that reads the index (bench/experts.ts). */
const maxScored = 1_000;

/**
 * The experts who could help with a demand, best first, for its owner and its brokers. Left out are who has no time, who
 * does not go there, whose university the demand excludes or a restriction bars, and who is below the score that a match needs.
 * @throws AppError UNAVAILABLE when no index, or no worker, answers in time
 */
export async function listDemandExperts(
  ctx: Ctx,
  demandId: string,
  query: ListDemandExperts,
  means: PreviewMeans,
): Promise<DemandExpertsView> {
  const question = await readTransaction(ctx, async (tx): Promise<ExpertQuestion> => {
    const demand = found((await getDemandRows(tx, [demandId]))[0]);
    mayFindFor(ctx.actor, demand);
    await refuseRestricted(tx, ctx, 'expert.find', [demand.organizationId]);
    const now = ctx.clock.now();
    const active = (await listActiveExperts(tx)).filter(
      (profile) =>
        (query.kind === undefined || profile.kind === query.kind) && isAvailable(profile, demand.regionCode, now),
    );
    const excluded = (await listExclusions(tx, [demandId])).get(demandId);
    const universities = active.map((profile) => profile.organizationId);
    const restricted = await listRestrictedOrganizationIds(tx, universities, now);
    const proximityOf = new Map(
      active.map((profile) => [profile.id, fieldProximity(demand.technologyFields, profile.technologyFields)]),
    );
    const expertIds = active
      .filter(({ organizationId }) => !excluded?.has(organizationId) && !restricted.has(organizationId))
      .map(({ id }) => id)
      .sort((a, b) => (proximityOf.get(b) ?? 0) - (proximityOf.get(a) ?? 0))
      .slice(0, maxScored);
    return { demandId, expertIds, limit: query.limit ?? defaultLimit };
  });
  const ranked = question.expertIds.length === 0 ? [] : await rank(ctx, question, means);
  const ids = ranked.map(({ expertId }) => expertId);
  return toDemandExpertsView(ranked, await getExpertRows(ctx.db, ids), await loadExpertParts(ctx.db, ctx, ids));
}

async function rank(ctx: Ctx, question: ExpertQuestion, { index, patienceMs }: PreviewMeans): Promise<RankedExpert[]> {
  if (index !== null) return await rankExperts(ctx, question, index, patienceMs);
  return (await askWorker(ctx, 'expert_ranking.requested', question, patienceMs)) as RankedExpert[];
}
