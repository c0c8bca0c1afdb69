import type { Ctx } from '../../core/ctx.ts';
import { invalidInput } from '../../core/errors.ts';
import { maxSearchWindow, type SearchQuery } from '../../core/search-index.ts';
import type { SearchRecords, SuggestSearches } from '../inputs.ts';
import { demandSource, resultSource, type Source, type SourceRow } from '../sources.ts';
import type { FoundDemandsView, FoundResultsView, HitView, SuggestionsView } from '../views.ts';
import { facetsOf, filtersOf } from './filters.ts';

export async function searchDemands(ctx: Ctx, input: SearchRecords): Promise<FoundDemandsView> {
  return await searchRecords(ctx, demandSource, input);
}

export async function searchResults(ctx: Ctx, input: SearchRecords): Promise<FoundResultsView> {
  return await searchRecords(ctx, resultSource, input);
}

/** What somebody who has typed so far may mean, from what is published. */
export async function suggestSearches(ctx: Ctx, input: SuggestSearches): Promise<SuggestionsView> {
  const { kind, q, limit = 10 } = input;
  const { suggestions, degraded } = await ctx.searchIndex.suggest({ kind, prefix: q, limit });
  return { items: suggestions, degraded };
}

/** The index says which records; what is shown of them comes from the rows, if they are still public. */
async function searchRecords<Row extends SourceRow, View extends { id: string }>(
  ctx: Ctx,
  source: Source<Row, View>,
  input: SearchRecords,
) {
  const answer = await ctx.searchIndex.search(toQuery(source.kind, input));
  const rows = await source.getRows(
    ctx.db,
    answer.hits.map(({ id }) => id),
  );
  const now = ctx.clock.now();
  const views = source.toViews(rows.filter((row) => source.isPublic(row, now)));
  const byId = new Map(views.map((view) => [view.id, view]));
  return {
    items: answer.hits.flatMap(({ id, score, highlight }) => {
      const view = byId.get(id);
      return view === undefined ? [] : [{ ...view, score, highlight } satisfies View & HitView];
    }),
    total: answer.total,
    facets: answer.facets,
    facetsAreEstimates: answer.facetsAreEstimates ?? false,
    degraded: answer.degraded,
  };
}

/** @throws AppError INVALID_INPUT for a page that ends beyond the last hit that can be read */
function toQuery(kind: SearchQuery['kind'], input: SearchRecords): SearchQuery {
  const { q = '', facets, sort = 'relevance', page = 1, limit = 20, highlight = false, ...wanted } = input;
  if (page * limit > maxSearchWindow) {
    throw invalidInput({
      pointer: '/querystring/page',
      code: 'maximum',
      message: {
        zh: `只能翻到第 ${maxSearchWindow} 条，请缩小搜索范围`,
        en: `only the first ${maxSearchWindow} hits can be paged through; narrow the search`,
      },
    });
  }
  return {
    kind,
    q,
    filters: filtersOf(wanted),
    facets: facetsOf(facets),
    sort,
    offset: (page - 1) * limit,
    limit,
    highlight,
  };
}
