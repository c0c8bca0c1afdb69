import type { Actor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { type Db, readTransaction, type Tx } from '../../core/transaction.ts';
import { getDemandRows, viewDemand } from '../../demands/service.ts';
import type { CounterpartyDemandView } from '../../demands/views.ts';
import { getOrganizationRow, getOrganizationRows } from '../../organizations/service.ts';
import { getResultRows, viewResult } from '../../results/service.ts';
import type { CounterpartyResultView } from '../../results/views.ts';
import type { ListIntroductions } from '../inputs.ts';
import { introductionScope, type Side, type Standing, standingInIntroduction } from '../policy.ts';
import {
  getIntroductionRow,
  getIntroductionRows,
  type IntroductionRow,
  listAnswers,
  listCurrentAnswers,
  listIntroductionRows,
  listRounds,
  rehomeIntroductionRows,
} from '../store.ts';
import {
  type CounterpartyView,
  type IntroductionParts,
  type IntroductionSummary,
  type IntroductionView,
  toCounterpartyView,
  toIntroductionSummary,
} from '../views.ts';

/** The actor's own: as a party, or of a broker's territory. Without the counterparties' confidential fields. */
export async function listIntroductions(ctx: Ctx, query: ListIntroductions): Promise<Page<IntroductionSummary>> {
  const { limit = 20, status } = query;
  const rows = await listIntroductionRows(ctx.db, {
    scope: introductionScope(ctx.actor),
    status,
    after: decodeCursor(query.cursor),
    limit,
  });
  const parts = await loadIntroductionParts(ctx.db, rows);
  return toPage(
    rows,
    limit,
    (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
    (row) => {
      const own = found(parts.get(row.id));
      return toIntroductionSummary(row, own, standingInIntroduction(ctx.actor, own, row));
    },
  );
}

/** By id, as the actor may see them; they are the actor's own. */
export async function summarizeIntroductions(
  db: Db,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, IntroductionSummary>> {
  const rows = await getIntroductionRows(db, ids);
  const parts = await loadIntroductionParts(db, rows);
  return new Map(
    rows.map((row) => {
      const own = found(parts.get(row.id));
      return [row.id, toIntroductionSummary(row, own, standingInIntroduction(actor, own, row))];
    }),
  );
}

export async function getIntroduction(ctx: Ctx, id: string): Promise<IntroductionView> {
  return await readTransaction(
    ctx,
    async (tx) => await viewIntroduction(tx, ctx, found(await getIntroductionRow(tx, id))),
  );
}

/** The view that the actor may have of an introduction. @throws AppError NOT_FOUND when it may have none */
export async function viewIntroduction(tx: Tx, ctx: Ctx, row: IntroductionRow): Promise<IntroductionView> {
  const parts = found((await loadIntroductionParts(tx, [row])).get(row.id));
  const standing = standingInIntroduction(ctx.actor, parts, row);
  const summary = toIntroductionSummary(row, parts, standing);
  const counterparty = row.status === 'accepted' ? await viewCounterparty(tx, ctx, parts, standing) : null;
  return counterparty === null ? summary : { ...summary, counterparty };
}

/** An introduction and what somebody is to it. */
export interface IntroductionFor {
  row: IntroductionRow;
  parts: IntroductionParts;
  standing: Standing;
}

/** For what is built on introductions. @throws AppError NOT_FOUND when there is none for the actor */
export async function introductionFor(db: Db, actor: Actor, id: string): Promise<IntroductionFor> {
  const row = found(await getIntroductionRow(db, id));
  const parts = found((await loadIntroductionParts(db, [row])).get(row.id));
  return { row, parts, standing: standingInIntroduction(actor, parts, row) };
}

/** Read as this party, under row-level security: the disclosure that the second accept wrote is what lets it through. */
async function viewCounterparty(
  tx: Tx,
  ctx: Ctx,
  parts: IntroductionParts,
  standing: Standing,
): Promise<CounterpartyView | null> {
  if (standing.ownsDemand)
    return toCounterpartyView((await viewResult(tx, ctx, parts.result)) as CounterpartyResultView);
  if (standing.ownsResult)
    return toCounterpartyView((await viewDemand(tx, ctx, parts.demand)) as CounterpartyDemandView);
  return null;
}

/** One query for each table, however many introductions. */
async function loadIntroductionParts(
  db: Db,
  rows: readonly IntroductionRow[],
): Promise<Map<string, IntroductionParts>> {
  const demands = await getDemandRows(db, [...new Set(rows.map((row) => row.demandId))]);
  const results = await getResultRows(db, [...new Set(rows.map((row) => row.resultId))]);
  const organizationIds = rows.flatMap((row) => [row.demandOrganizationId, row.resultOrganizationId]);
  const organizations = await getOrganizationRows(db, [...new Set(organizationIds)]);
  const ids = rows.map((row) => row.id);
  const answers = await listAnswers(db, ids);
  const rounds = await listRounds(
    db,
    rows.filter((row) => row.round > 1).map((row) => row.id),
  );
  const demandById = new Map(demands.map((row) => [row.id, row]));
  const resultById = new Map(results.map((row) => [row.id, row]));
  const organizationById = new Map(organizations.map((row) => [row.id, row]));
  return new Map(
    rows.map((row) => [
      row.id,
      {
        demand: found(demandById.get(row.demandId)),
        result: found(resultById.get(row.resultId)),
        demandOrganization: found(organizationById.get(row.demandOrganizationId)),
        resultOrganization: found(organizationById.get(row.resultOrganizationId)),
        answers: answers.filter((answer) => answer.introductionId === row.id),
        rounds: rounds.filter((round) => round.introductionId === row.id),
      },
    ]),
  );
}

/** In the job of `market.created`: introductions go to the markets that their records went to. */
export async function rehomeIntroductions(tx: Tx, marketId: string): Promise<void> {
  const market = found(await getOrganizationRow(tx, marketId));
  await rehomeIntroductionRows(tx, market.regionCode);
}

/** Which sides of introductions have not answered, by introduction. */
export async function listUnanswered(db: Db, introductionIds: readonly string[]): Promise<Map<string, Side[]>> {
  const answers = await listCurrentAnswers(db, introductionIds);
  const answered = new Set(answers.map((answer) => `${answer.introductionId} ${answer.side}`));
  return new Map(
    introductionIds.map((id) => [id, (['demand', 'result'] as const).filter((side) => !answered.has(`${id} ${side}`))]),
  );
}
