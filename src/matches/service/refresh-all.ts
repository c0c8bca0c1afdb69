import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { AppError, found, notFound } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import { translatePgError } from '../../core/pg-errors.ts';
import { type Db, transaction } from '../../core/transaction.ts';
import { countTerritoryDemands, listTerritoryDemandIds } from '../../demands/service.ts';
import { advanceJob, findOpenJob, type JobRow, queueJob, startJob } from '../../jobs/service.ts';
import { type JobView, toJobView } from '../../jobs/views.ts';
import { getOrganizationRow, getRootMarket, type OrganizationRow, territoryOf } from '../../organizations/service.ts';
import type { TerritoryPage } from '../../records/service.ts';
import { countTerritoryResults, listTerritoryResultIds } from '../../results/service.ts';
import type { RefreshMatches } from '../inputs.ts';
import { mayRefreshAllOf, mayRefreshSome, type Side } from '../policy.ts';
import type { MatchIndex } from './match-index.ts';
import { refreshMatches } from './refresh.ts';

/** Records between two turns of the queue: the longest that a refresh after a change waits for one of these. */
export const recordsAtOnce = 10;

/**
 * Has the matches of every published demand and result of a territory found anew. While one of the same territory has
 * not ended, that one is the answer, and nothing is written.
 * @throws AppError FORBIDDEN for everybody but the administrator and directors of that territory, NOT_FOUND for no market
 */
export async function refreshAllMatches(ctx: Ctx, input: RefreshMatches): Promise<JobView> {
  return await transaction(ctx, async (tx) => {
    const { actor } = ctx;
    mayRefreshSome(actor);
    const market = await marketOf(tx, ctx, input.marketId);
    mayRefreshAllOf(actor, market.id);
    const page = { marketIds: await territoryOf(tx, market.id), publishedUntil: ctx.clock.now(), afterId: null };
    const { row, isNew } = await queueJob(tx, ctx, {
      kind: 'match_refresh',
      marketId: market.id,
      total: (await countTerritoryDemands(tx, page)) + (await countTerritoryResults(tx, page)),
      requestedByUserId: actor.kind === 'user' ? actor.userId : '',
    });
    if (!isNew) return toJobView(row);
    await audit(tx, ctx, {
      action: 'match_refresh.request',
      subjectType: 'job',
      subjectId: row.id,
      marketId: market.id,
      toStatus: row.status,
    });
    await emit(tx, ctx, { type: 'match_refresh.requested', subjectType: 'job', subjectId: row.id });
    return toJobView(row);
  });
}

async function marketOf(db: Db, { actor }: Ctx, marketId: string | undefined): Promise<OrganizationRow> {
  const own = actor.kind === 'user' && !actor.administrator ? actor.organizationId : null;
  const id = marketId ?? own;
  const market = found(id === null ? await getRootMarket(db) : await getOrganizationRow(db, id));
  if (market.kind !== 'market') throw notFound();
  return market;
}

/** Where a batch begins: in the order of ids, demands before results. */
interface Place {
  side: Side;
  afterId: string | null;
}

/**
 * One batch. Each record is run in its own transaction, which may be repeated without harm; the batch is counted, and
 * the next one owed, in the transaction that claims this one's delivery. So a kill at any moment costs one batch's work,
 * and no record is left out or counted twice.
 * @param request the job, and the transaction that the index must have read before
 */
export async function refreshNextMatches(
  ctx: Ctx,
  request: { jobId: string; xid: string },
  index: MatchIndex,
): Promise<void> {
  const { deliveryId: _claimed, ...beforeClaim } = ctx;
  const { jobId, xid } = request;
  if ((await findOpenJob(ctx, jobId)) === null) return;
  await startJob(beforeClaim, jobId);
  const job = found(await findOpenJob(ctx, jobId));
  const place = (job.place as Place | null) ?? { side: 'demand', afterId: null };
  const ids = await nextIds(ctx, job, place);
  const counts = { suggested: 0, superseded: 0, deferred: 0 };
  const deferred: string[] = [];
  for (const id of ids) {
    try {
      const outcome = await refreshMatches(beforeClaim, { subjectType: place.side, subjectId: id, xid }, index);
      counts.suggested += outcome.suggested;
      counts.superseded += outcome.superseded;
    } catch (error) {
      if (isAway(error)) throw error;
      ctx.log.warn({ jobId, side: place.side, id, err: error }, 'a record is left to a run of its own');
      deferred.push(id);
    }
  }
  counts.deferred = deferred.length;
  await transaction(ctx, async (tx) => {
    const { side } = place;
    // With a delivery of its own, its tries are counted and its failure told as any other's.
    const type = side === 'demand' ? 'demand.changed' : 'result.changed';
    await emit(
      tx,
      ctx,
      deferred.map((subjectId) => ({ type, subjectType: side, subjectId })),
    );
    const next = placeAfter(place, ids);
    const moved = await advanceJob(tx, ctx, { from: job, done: ids.length, counts, next });
    const fact = moved.status === 'done' ? 'match_refresh.finished' : 'match_refresh.continued';
    await emit(tx, ctx, { type: fact, subjectType: 'job', subjectId: jobId });
  });
}

async function nextIds(ctx: Ctx, job: JobRow, { side, afterId }: Place): Promise<string[]> {
  const marketIds = await territoryOf(ctx.db, job.marketId);
  const page: TerritoryPage = { marketIds, publishedUntil: job.createdAt, afterId };
  return side === 'demand'
    ? await listTerritoryDemandIds(ctx.db, page, recordsAtOnce)
    : await listTerritoryResultIds(ctx.db, page, recordsAtOnce);
}

function placeAfter({ side }: Place, ids: readonly string[]): Place | null {
  const last = ids.at(-1);
  if (ids.length === recordsAtOnce && last !== undefined) return { side, afterId: last };
  return side === 'demand' ? { side: 'result', afterId: null } : null;
}

/** What is away comes back, and then the whole batch is tried again. */
function isAway(error: unknown): boolean {
  const known = translatePgError(error);
  return known instanceof AppError && known.code === 'UNAVAILABLE';
}
