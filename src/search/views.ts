import { type Static, type TProperties, Type } from 'typebox';
import { type SearchFacet, searchFacets } from '../core/search-index.ts';
import { PublicDemandView } from '../demands/views.ts';
import { PublicResultView } from '../results/views.ts';
import { SavedFilters } from './inputs.ts';
import type { SearchedRecord } from './sources.ts';
import type { ParkedRecordRow } from './store/parked.ts';
import type { SavedSearchRow } from './store.ts';

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

const Degraded = Type.Boolean({
  description:
    'True when the search engine is away, or not filled yet, and PostgreSQL answers for it; also while the index in PostgreSQL is itself being filled, when less is found than there is.',
});

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
    facetsAreEstimates: Type.Boolean({
      description: 'True when so many records were found that they were counted on a sample.',
    }),
    degraded: Degraded,
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
    facetsAreEstimates: false,
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

export const SuggestionsView = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        text: Type.String(),
        count: Type.Integer({ description: 'Published records that have it as a keyword or as their title.' }),
      }),
    ),
    degraded: Degraded,
  },
  { examples: [{ items: [{ text: '枸杞多糖', count: 12 }], degraded: false }] },
);
export type SuggestionsView = Static<typeof SuggestionsView>;

const Instant = Type.String({ format: 'date-time' });

export const SavedSearchView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Type.String(),
    kind: Type.Enum(['demand', 'result']),
    q: Type.String(),
    filters: SavedFilters,
    lastNotice: Type.Union(
      [
        Type.Object({
          at: Instant,
          count: Type.Integer({ description: 'How many newly published records it told of.' }),
        }),
        Type.Null(),
      ],
      { description: 'At most one notice a day.' },
    ),
    createdAt: Instant,
  },
  {
    title: 'SavedSearchView',
    examples: [
      {
        id: '0192f0c4-cc00-7e60-9007-8293a4b5c6d8',
        name: '宁夏的枸杞成果',
        kind: 'result',
        q: '枸杞',
        filters: { regionCode: '640000', minTrl: 6 },
        lastNotice: { at: '2026-11-22T02:00:00.000Z', count: 3 },
        createdAt: '2026-11-20T02:00:00.000Z',
      },
    ],
  },
);
export type SavedSearchView = Static<typeof SavedSearchView>;

export function toSavedSearchView(row: SavedSearchRow): SavedSearchView {
  return {
    id: row.id,
    name: row.name,
    kind: row.kind,
    q: row.q,
    filters: row.filters as SavedFilters,
    lastNotice: row.noticedAt === null ? null : { at: row.noticedAt.toISOString(), count: row.noticedCount },
    createdAt: row.createdAt.toISOString(),
  };
}

export const ParkedRecordView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    kind: Type.Enum(['demand', 'result']),
    code: Type.String(),
    title: Type.String(),
    refusals: Type.Array(Type.Object({ engine: Type.String(), reason: Type.String(), parkedAt: Instant }), {
      description: 'What each search engine that refuses the record says. The others find it.',
    }),
  },
  {
    title: 'ParkedRecordView',
    examples: [
      {
        id: '0192f0c4-8000-7a11-8b02-4c5d6e7f8091',
        kind: 'demand',
        code: 'D2026-000042',
        title: '含锌固废中高纯铟的回收提纯',
        refusals: [
          {
            engine: 'meilisearch',
            reason: 'max_fields_limit_exceeded: A document cannot contain more than 65,535 fields.',
            parkedAt: '2026-11-22T02:00:00.000Z',
          },
        ],
      },
    ],
  },
);
export type ParkedRecordView = Static<typeof ParkedRecordView>;

export function toParkedRecordView(row: ParkedRecordRow & { record: SearchedRecord }): ParkedRecordView {
  return {
    id: row.id,
    kind: row.kind,
    code: row.record.code,
    title: row.record.title,
    refusals: row.refusals.map(({ engine, reason, parkedAt }) => ({
      engine,
      reason,
      parkedAt: new Date(parkedAt).toISOString(),
    })),
  };
}
