import { type Static, type TProperties, Type } from 'typebox';
import { type SearchFacet, searchFacets } from '../core/search-index.ts';
import { PublicDemandView } from '../demands/views.ts';
import { PublicResultView } from '../results/views.ts';

const Highlight = Type.Object(
  { title: Type.String(), body: Type.String() },
  { description: 'HTML: escaped text with <mark> around what matched. The body is the stretch with most matches.' },
);

const HitView = Type.Object({
  score: Type.Number({ description: '0–1; 0 without q.' }),
  highlight: Type.Union([Highlight, Type.Null()]),
});
export type HitView = Static<typeof HitView>;

const Counts = Type.Optional(Type.Record(Type.String(), Type.Integer()));

function FoundView<Properties extends TProperties>(properties: Properties) {
  return {
    items: Type.Array(Type.Object({ ...properties, ...HitView.properties })),
    total: Type.Integer({ description: 'Of all pages; 1000 may stand for more.' }),
    facets: Type.Object(
      Object.fromEntries(searchFacets.map((facet) => [facet, Counts])) as Record<SearchFacet, typeof Counts>,
      {
        description:
          "Records per code, over all pages, under the question and all filters but the facet's own; a record counts for its codes and for the codes above them.",
      },
    ),
    degraded: Type.Boolean({ description: 'True when the search engine is away and PostgreSQL answers for it.' }),
  };
}

/** A page with the record that is the view's own example. */
function exampleOf(view: object): object {
  const record: unknown = 'examples' in view && Array.isArray(view.examples) ? view.examples[0] : undefined;
  const hit = {
    score: 0.87,
    highlight: {
      title: '含锌固废中<mark>高纯铟</mark>的回收提纯',
      body: '…从锌冶炼固废中回收<mark>铟</mark>并提纯到 6N…',
    },
  };
  return {
    items: [{ ...(record as object), ...hit }],
    total: 1,
    facets: { technologyField: { '4': 1, '401': 1 } },
    degraded: false,
  };
}

export const FoundDemandsView = Type.Object(FoundView(PublicDemandView.properties), {
  examples: [exampleOf(PublicDemandView)],
});
export type FoundDemandsView = Static<typeof FoundDemandsView>;

export const FoundResultsView = Type.Object(FoundView(PublicResultView.properties), {
  examples: [exampleOf(PublicResultView)],
});
export type FoundResultsView = Static<typeof FoundResultsView>;
