import { loadBackgroundTexts } from '../../../db/seed/background.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, notFound } from '../../core/errors.ts';
import { type DemandRow, getDemandRows, toPublicDemandViews } from '../../demands/service.ts';
import { type ComparedRecord, DuplicateJudge, duplicateLikeness } from '../../matching/duplicates.ts';
import { analyse } from '../../matching/engine/analysis.ts';
import { brokers, isPublic, owns } from '../../records/service.ts';
import { getResultRows, type ResultRow, toPublicResultViews } from '../../results/service.ts';
import { findAlikeDocuments } from '../../search/service.ts';
import type { Side } from '../policy.ts';
import type { DuplicatesView } from '../views.ts';

/** Records that are looked at closely, and those that are shown. */
const candidatesAtMost = 40;
const shownAtMost = 10;
const passagesAtMost = 3;

let judge: DuplicateJudge | undefined;

/**
 * Published records that tell of the same, the most alike first, with the passages that say so. For the brokers of a
 * record's home market; for its owner, among its own organization's.
 * @throws AppError NOT_FOUND for everybody else
 */
export async function listDuplicates(ctx: Ctx, side: Side, id: string): Promise<DuplicatesView> {
  const [asked] = await rowsOf(ctx, side, [id]);
  const row = found(asked);
  const isBroker = brokers(ctx.actor, row);
  if (!isBroker && !owns(ctx.actor, row)) throw notFound();
  judge ??= new DuplicateJudge(loadBackgroundTexts());
  const compared = comparedOf(row);
  const ids = await findAlikeDocuments(ctx, side, tellingTerms(compared, judge), candidatesAtMost);
  const others = await rowsOf(
    ctx,
    side,
    ids.filter((other) => other !== id),
  );
  const now = ctx.clock.now();
  const alike = [];
  for (const other of others) {
    if (!isPublic(other, now) || !(isBroker || other.organizationId === row.organizationId)) continue;
    const likeness = judge.likeness(compared, comparedOf(other));
    if (likeness >= duplicateLikeness) alike.push({ other, likeness });
  }
  const shown = alike.toSorted((a, b) => b.likeness - a.likeness).slice(0, shownAtMost);
  const views = await publicViewsOf(
    ctx,
    side,
    shown.map(({ other }) => other),
  );
  const items = shown.map(({ other, likeness }, at) => {
    const { code, title, status, organization } = found(views[at]);
    const passages = judge?.passages(compared.text, comparedOf(other).text, passagesAtMost) ?? [];
    return { id: other.id, code, title, status, organization, likeness: Math.round(likeness * 100) / 100, passages };
  });
  return { items };
}

async function rowsOf(ctx: Ctx, side: Side, ids: readonly string[]): Promise<(DemandRow | ResultRow)[]> {
  return side === 'demand' ? await getDemandRows(ctx.db, ids) : await getResultRows(ctx.db, ids);
}

async function publicViewsOf(ctx: Ctx, side: Side, rows: readonly (DemandRow | ResultRow)[]) {
  return side === 'demand'
    ? await toPublicDemandViews(ctx, rows as DemandRow[])
    : await toPublicResultViews(ctx, rows as ResultRow[]);
}

/** What the public may read of a record, or could once it is published. */
function comparedOf(row: DemandRow | ResultRow): ComparedRecord {
  const texts =
    'problem' in row
      ? [row.title, row.summary, row.problem, row.keyTechnology, row.expectedOutcome]
      : [row.title, row.summary, row.description, row.advantages];
  return { text: texts.filter(Boolean).join('\n'), keywords: row.keywords };
}

/** The index's terms of a text, the rarest first. */
function tellingTerms({ text, keywords }: ComparedRecord, by: DuplicateJudge): string[] {
  const terms = new Set(analyse([...keywords, text].join('\n')).tokens.map(({ term }) => term));
  return [...terms].toSorted((a, b) => by.weight(b) - by.weight(a));
}
