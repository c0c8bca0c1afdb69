import { listPersonNames } from '../../auth/service.ts';
import type { Actor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { type Page, toPage } from '../../core/paging.ts';
import type { Db } from '../../core/transaction.ts';
import { yearsWithoutHolidays } from '../../core/working-days.ts';
import { type DemandRow, getDemandRows } from '../../demands/service.ts';
import { toRecordName } from '../../matches/views.ts';
import { brokers } from '../../records/service.ts';
import { getResultRows, type ResultRow } from '../../results/service.ts';
import { type DeskCategory, deskCategories, type ListDesk, type ReadDesk } from '../inputs.ts';
import { deskOf, seesLoad } from '../policy.ts';
import { countedAtMost, defaultMinScore, shownAtOnce } from '../rules.ts';
import type { DeskItem, DeskSection, DeskView, DeskWarning } from '../views.ts';
import { categories, type DeskRow, type DeskScope } from './categories.ts';
import { listLoad } from './load.ts';

/** What waits for the actor and what is late, each with its first items; for a director also who has how much in hand. */
export async function readDesk(ctx: Ctx, query: ReadDesk): Promise<DeskView> {
  const person = deskOf(ctx.actor);
  const { scope, filter } = scopeOf(ctx, query);
  const rows = new Map<DeskCategory, DeskRow[]>();
  const counts = new Map<DeskCategory, number>();
  for (const category of deskCategories) {
    const found = await categories[category].list(ctx.db, filter, { after: null, limit: shownAtOnce });
    rows.set(category, found);
    // What the first page holds whole needs no second look.
    const isWhole = found.length < shownAtOnce;
    counts.set(category, isWhole ? found.length : await categories[category].count(ctx.db, filter, countedAtMost + 1));
  }
  const items = await toItems(ctx.db, ctx.actor, [...rows.values()].flat());
  const sections = deskCategories.map((category): DeskSection & { group: 'waiting' | 'late' } => {
    const count = counts.get(category) ?? 0;
    return {
      group: categories[category].group,
      category,
      count: Math.min(count, countedAtMost),
      more: count > countedAtMost,
      items: (rows.get(category) ?? []).flatMap((row) => items.get(row.id) ?? []),
      href: hrefOf(category, scope, filter.minScore),
    };
  });
  const ofGroup = (wanted: 'waiting' | 'late') =>
    sections.filter(({ group }) => group === wanted).map(({ group, ...section }) => section);
  return {
    scope,
    waiting: ofGroup('waiting'),
    late: ofGroup('late'),
    ...(seesLoad(person) ? { load: await listLoad(ctx.db, person, filter.now) } : {}),
    warnings: warningsAt(filter.now),
  };
}

/** One category by pages. */
export async function listDesk(ctx: Ctx, category: DeskCategory, query: ListDesk): Promise<Page<DeskItem>> {
  deskOf(ctx.actor);
  const { limit = 20, cursor } = query;
  const { keyOf, list } = categories[category];
  const rows = await list(ctx.db, scopeOf(ctx, query).filter, { after: keyOf(cursor), limit: limit + 1 });
  const page = toPage(
    rows,
    limit,
    (row) => row.key,
    (row) => row,
  );
  const items = await toItems(ctx.db, ctx.actor, page.items);
  return { items: page.items.flatMap((row) => items.get(row.id) ?? []), nextCursor: page.nextCursor };
}

function scopeOf(ctx: Ctx, query: ReadDesk): { scope: 'mine' | 'all'; filter: DeskScope } {
  const person = deskOf(ctx.actor);
  const { scope = person.role === 'director' ? 'all' : 'mine', minScore = defaultMinScore } = query;
  const forUserId = scope === 'mine' ? person.userId : null;
  return { scope, filter: { marketIds: person.marketIds, forUserId, minScore, now: ctx.clock.now() } };
}

function hrefOf(category: DeskCategory, scope: string, minScore: number): string {
  return `/v1/desk/${category}?scope=${scope}${category === 'suggested-matches' ? `&minScore=${minScore}` : ''}`;
}

/** Names records and people, one query for each table. */
async function toItems(db: Db, actor: Actor, rows: readonly DeskRow[]): Promise<Map<string, DeskItem>> {
  const pairs = rows.flatMap((row) => row.pair ?? []);
  const demands = byId(await getDemandRows(db, [...new Set(pairs.map((pair) => pair.demandId))]));
  const results = byId(await getResultRows(db, [...new Set(pairs.map((pair) => pair.resultId))]));
  const names = await listPersonNames(
    db,
    rows.flatMap((row) => row.assignedToUserId ?? []),
  );
  const nameOf = (record: DemandRow | ResultRow | undefined) => {
    if (record === undefined) return [];
    const { code, title } = toRecordName(record, brokers(actor, record));
    return [{ code, title }];
  };
  return new Map(
    rows.map(({ key, pair, assignedToUserId, ...row }) => [
      row.id,
      {
        ...row,
        names:
          pair === null ? row.names : [...nameOf(demands.get(pair.demandId)), ...nameOf(results.get(pair.resultId))],
        assignedTo:
          assignedToUserId === null ? null : { userId: assignedToUserId, name: names.get(assignedToUserId) ?? '' },
      },
    ]),
  );
}

function byId<Row extends { id: string }>(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function warningsAt(now: Date): DeskWarning[] {
  const years = yearsWithoutHolidays(now);
  if (years.length === 0) return [];
  return [
    {
      code: 'HOLIDAYS_UNKNOWN',
      zh: `本版本不含 ${years.join('、')} 年法定节假日，答复期限只扣除周末；请升级程序。`,
      en: `This version does not know the public holidays of ${years.join(', ')}; due times leave out weekends only. Update the program.`,
    },
  ];
}
