import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput } from '../../core/errors.ts';
import { decodeCursor, encodeCursor, type Page, type PageKey } from '../../core/paging.ts';
import type { Db } from '../../core/transaction.ts';
import { getDemandRows } from '../../demands/service.ts';
import { getResultRows } from '../../results/service.ts';
import type { ListMatches, ListRecordMatches } from '../inputs.ts';
import { deskOf, mayListMatchesOf, standingIn } from '../policy.ts';
import { getMatchRow, listAnswerRecords, listMatchRows, type MatchFilter, type MatchRow } from '../store.ts';
import { type MatchParts, type MatchView, toMatchView } from '../views.ts';
import { answersSince } from './answer-times.ts';
import type { ShownLog, ShownView } from './shown-log.ts';

/** @param shown takes note of what a person was shown, here and in the lists */
export async function getMatch(ctx: Ctx, id: string, shown?: ShownLog): Promise<MatchView> {
  const row = found(await getMatchRow(ctx.db, id));
  const pair = found((await loadMatchParts(ctx.db, [row], ctx.clock.now())).get(id));
  const view = toMatchView(row, pair, standingIn(ctx.actor, pair));
  shown?.note(ctx.actor, { list: null, filter: null, matches: [{ ...row, pair }] });
  return view;
}

/** The broker's desk: the matches that the actor's market and those below it lead. */
export async function listMatches(ctx: Ctx, query: ListMatches, shown?: ShownLog): Promise<Page<MatchView>> {
  const { demandId, resultId } = query;
  return await pageOf(ctx, 'desk', { marketIds: deskOf(ctx.actor), demandId, resultId, ...filterOf(query) }, shown);
}

/** @throws AppError NOT_FOUND unless the actor owns the demand or brokers for it */
export async function listDemandMatches(
  ctx: Ctx,
  demandId: string,
  query: ListRecordMatches,
  shown?: ShownLog,
): Promise<Page<MatchView>> {
  mayListMatchesOf(ctx.actor, found((await getDemandRows(ctx.db, [demandId]))[0]));
  return await pageOf(ctx, 'demand', { demandId, ...filterOf(query) }, shown);
}

/** @throws AppError NOT_FOUND unless the actor owns the result or brokers for it */
export async function listResultMatches(
  ctx: Ctx,
  resultId: string,
  query: ListRecordMatches,
  shown?: ShownLog,
): Promise<Page<MatchView>> {
  mayListMatchesOf(ctx.actor, found((await getResultRows(ctx.db, [resultId]))[0]));
  return await pageOf(ctx, 'result', { resultId, ...filterOf(query) }, shown);
}

/** The view that the actor may have of a match. @throws AppError NOT_FOUND when it may have none */
export async function viewMatch(db: Db, ctx: Ctx, row: MatchRow): Promise<MatchView> {
  const parts = found((await loadMatchParts(db, [row], ctx.clock.now())).get(row.id));
  return toMatchView(row, parts, standingIn(ctx.actor, parts));
}

function filterOf(
  query: ListRecordMatches,
): Pick<MatchFilter, 'status' | 'minScore' | 'nearMisses' | 'after' | 'limit'> {
  const { limit = 20, status, minScore, nearMisses = false } = query;
  return { status, minScore, nearMisses, after: scoreKey(query.cursor), limit };
}

async function pageOf(
  ctx: Ctx,
  list: ShownView['list'],
  filter: MatchFilter,
  shown: ShownLog | undefined,
): Promise<Page<MatchView>> {
  const rows = await listMatchRows(ctx.db, filter);
  const onPage = rows.slice(0, filter.limit);
  const parts = await loadMatchParts(ctx.db, onPage, ctx.clock.now());
  const matches = onPage.map((row) => ({ ...row, pair: found(parts.get(row.id)) }));
  const items = matches.map((match) => toMatchView(match, match.pair, standingIn(ctx.actor, match.pair)));
  shown?.note(ctx.actor, { list, filter, matches });
  const last = onPage.at(-1);
  return {
    items,
    nextCursor:
      rows.length > filter.limit && last !== undefined ? encodeCursor({ at: String(last.score), id: last.id }) : null,
  };
}

/** Where a list goes on that is in the order of scores. @throws AppError INVALID_INPUT for a cursor of another list */
export function scoreKey(cursor: string | undefined): PageKey | null {
  const key = decodeCursor(cursor);
  if (key === null || scoreShape.test(key.at)) return key;
  throw invalidInput({
    pointer: '/querystring/cursor',
    code: 'cursor',
    message: { zh: '游标不属于此列表', en: 'this cursor belongs to another list' },
  });
}

/** As JavaScript writes a score: PostgreSQL reads other numerals than `Number` does. */
const scoreShape = /^\d{1,3}(\.\d+)?(e-\d{1,3})?$/;

/** One query for each table, however many matches. */
async function loadMatchParts(db: Db, rows: readonly MatchRow[], now: Date): Promise<Map<string, MatchParts>> {
  const demands = await getDemandRows(db, [...new Set(rows.map((row) => row.demandId))]);
  const results = await getResultRows(db, [...new Set(rows.map((row) => row.resultId))]);
  const records = await listAnswerRecords(
    db,
    [...demands, ...results].map((row) => row.organizationId),
    answersSince(now),
  );
  const answerRecords = new Map(records.map((record) => [record.organizationId, record]));
  const demandById = new Map(demands.map((row) => [row.id, row]));
  const resultById = new Map(results.map((row) => [row.id, row]));
  return new Map(
    rows.map((row) => [
      row.id,
      { demand: found(demandById.get(row.demandId)), result: found(resultById.get(row.resultId)), answerRecords },
    ]),
  );
}
