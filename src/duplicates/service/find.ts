import { loadBackgroundTexts } from '../../../db/seed/background.ts';
import type { Actor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import type { SearchKind } from '../../core/search-index.ts';
import { type DemandRow, listPendingDemands, toPublicDemandViews } from '../../demands/service.ts';
import { type ComparedRecord, DuplicateJudge, duplicateLikeness } from '../../matching/duplicates.ts';
import { analyse } from '../../matching/engine/analysis.ts';
import type { Within } from '../../records/service.ts';
import type { DuplicatesView, DuplicateView } from '../../records/views.ts';
import { listPendingResults, type ResultRow, toPublicResultViews } from '../../results/service.ts';
import { findAlikeDocuments } from '../../search/service.ts';
import { mayAskFor, sees } from '../policy.ts';
import { isComparable } from '../rules.ts';
import { type Row, rowsOf } from './rows.ts';

/** Records that are looked at closely: of the index, and of those that it does not have. */
const candidatesAtMost = 40;
const pendingAtMost = 40;
const shownAtMost = 10;
const passagesAtMost = 3;
/** A warning costs the process as much as many other answers: in a rush it is left out, and `listDuplicates` has it later. */
const warningsAtOnce = 2;
let warningsBeingMade = 0;

let judge: DuplicateJudge | undefined;

/**
 * Records that tell of the same, the most alike first, with the passages that say so: all that are public, and of the
 * others those that the caller owns or brokers.
 * @throws AppError NOT_FOUND for everybody but the record's owner and its brokers
 */
export async function listDuplicates(ctx: Ctx, side: SearchKind, id: string): Promise<DuplicatesView> {
  const [asked] = await rowsOf(ctx.db, side, [id]);
  const row = found(asked);
  mayAskFor(ctx.actor, row);
  return await findDuplicates(ctx, side, row);
}

/**
 * The same for an answer to a step that is taken already, which nothing here may turn into a failure.
 * @returns null when it fails, when others are being looked for, or while the index is being filled
 */
export async function warnOfDuplicates(ctx: Ctx, side: SearchKind, id: string): Promise<DuplicateView[] | null> {
  if (warningsBeingMade >= warningsAtOnce) return null;
  warningsBeingMade += 1;
  try {
    const { items, degraded } = await listDuplicates(ctx, side, id);
    return degraded ? null : items;
  } catch (error) {
    ctx.log.warn({ err: error, side, id }, 'duplicates could not be looked for');
    return null;
  } finally {
    warningsBeingMade -= 1;
  }
}

async function findDuplicates(ctx: Ctx, side: SearchKind, row: Row): Promise<DuplicatesView> {
  judge ??= new DuplicateJudge(loadBackgroundTexts());
  const compared = comparedOf(row);
  const now = ctx.clock.now();
  const alike = [];
  const { rows, degraded } = await candidatesOf(ctx, side, row, tellingTerms(compared, judge));
  for (const other of rows) {
    if (!isComparable(other.status) || !sees(ctx.actor, other, now)) continue;
    const likeness = judge.likeness(compared, comparedOf(other));
    if (likeness >= duplicateLikeness) alike.push({ other, likeness });
  }
  const shown = alike.toSorted((a, b) => b.likeness - a.likeness).slice(0, shownAtMost);
  const views = publicViewsOf(
    side,
    shown.map(({ other }) => other),
  );
  const items = shown.map(({ other, likeness }, at) => {
    const { code, title, status, organization } = found(views[at]);
    const passages = judge?.passages(compared.text, comparedOf(other).text, passagesAtMost) ?? [];
    return { id: other.id, code, title, status, organization, likeness: Math.round(likeness * 100) / 100, passages };
  });
  return { items, degraded };
}

/** Of the index those that share the most; of what it does not have, the newest. Each once, and never the record itself. */
async function candidatesOf(
  ctx: Ctx,
  side: SearchKind,
  row: Row,
  terms: readonly string[],
): Promise<{ rows: Row[]; degraded: boolean }> {
  const { ids, degraded } = await findAlikeDocuments(ctx, side, terms, candidatesAtMost);
  const within = withinOf(ctx.actor);
  const pending = within === null ? [] : await pendingOf(ctx, side, within);
  const rows = [...(await rowsOf(ctx.db, side, ids)), ...pending];
  const others = new Map(rows.filter(({ id }) => id !== row.id).map((one) => [one.id, one]));
  return { rows: [...others.values()], degraded };
}

/** Where the caller may see what is not public. */
function withinOf(actor: Actor): Exclude<Within, null> | null {
  if (actor.kind !== 'user') return null;
  if (actor.marketIds.length > 0) return { marketIds: actor.marketIds };
  if (actor.organizationId === null) return null;
  const personal = actor.organizationKind === 'university' && actor.role !== 'admin';
  return { organizationId: actor.organizationId, ownerUserId: personal ? actor.userId : null };
}

async function pendingOf(ctx: Ctx, side: SearchKind, within: Exclude<Within, null>): Promise<Row[]> {
  return side === 'demand'
    ? await listPendingDemands(ctx.db, within, pendingAtMost)
    : await listPendingResults(ctx.db, within, pendingAtMost);
}

function publicViewsOf(side: SearchKind, rows: readonly Row[]) {
  return side === 'demand' ? toPublicDemandViews(rows as DemandRow[]) : toPublicResultViews(rows as ResultRow[]);
}

/** What the public may read of a record, or could once it is published. */
function comparedOf(row: Row): ComparedRecord {
  const texts =
    'problem' in row
      ? [row.title, row.summary, row.problem, row.keyTechnology, row.expectedOutcome]
      : [row.title, row.summary, row.description, row.advantages];
  return { text: texts.filter(Boolean).join('\n'), keywords: row.keywords };
}

/** The index's terms of a text, the most telling first. */
function tellingTerms({ text, keywords }: ComparedRecord, by: DuplicateJudge): string[] {
  return by.tellingTerms(analyse([...keywords, text].join('\n')).tokens.map(({ term }) => term));
}
