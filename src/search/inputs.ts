import { type Static, Type } from 'typebox';
import { moneyBands } from '../core/money.ts';
import { pageQuery } from '../core/paging.ts';
import { searchFacets, searchSorts } from '../core/search-index.ts';
import { ActivityType } from '../demands/inputs.ts';
import { CooperationMode, Moment } from '../records/inputs.ts';
import { IprKind, ResultStage } from '../results/inputs.ts';

const maxQuestionLength = 500;
const facetNames = searchFacets.join('|');

/** Values separated by commas, any of which may hold. */
function anyOf(value: string, description: string) {
  return Type.Optional(
    Type.String({
      pattern: `^(${value})(,(${value})){0,19}$`,
      maxLength: 600,
      description: `${description} Several: separated by commas, any of them.`,
    }),
  );
}

const codes = (values: readonly string[]) => values.join('|');

const recordFilters = {
  technologyField: anyOf('[1-8]([0-9]{2})?', 'A field of the first level stands for all of its second level.'),
  industry: anyOf('[A-T]|[0-9]{2}', 'GB/T 4754-2017 section or division.'),
  cooperationMode: anyOf(codes(CooperationMode.enum), 'How the two sides would work together.'),
  regionCode: anyOf('[1-9][0-9]{5}', 'GB/T 2260; the region itself and everything in it.'),
  minTrl: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 9, description: 'At least this technology readiness level.' }),
  ),
  maxTrl: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 9, description: 'At most this technology readiness level.' }),
  ),
  moneyBand: anyOf(codes(moneyBands), "The band of a demand's budget or a result's price."),
  activityType: anyOf(codes(ActivityType.enum), 'Demands only.'),
  stage: anyOf(codes(ResultStage.enum), 'Results only.'),
  iprKind: anyOf(codes(IprKind.enum), 'Results only.'),
  language: Type.Optional(Type.Enum(['zh', 'en'])),
};

export const SearchRecords = Type.Object(
  {
    q: Type.Optional(
      Type.String({
        maxLength: maxQuestionLength,
        description: 'Words in Chinese, English or both. Without it: everything, newest first.',
      }),
    ),
    ...recordFilters,
    publishedAfter: Type.Optional(Moment),
    validAt: Type.Optional(Moment),
    facets: Type.Optional(
      Type.String({
        pattern: `^(${facetNames})(,(${facetNames})){0,${searchFacets.length - 1}}$`,
        description: `Counts to return, separated by commas: ${searchFacets.join(', ')}. Each is counted under the question and all filters but its own.`,
      }),
    ),
    sort: Type.Optional(
      Type.Enum([...searchSorts], { default: 'relevance', description: 'expiring: the next to end first.' }),
    ),
    page: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, default: 1, description: 'From 1; page × limit is at most 1000.' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    highlight: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: false },
);
export type SearchRecords = Static<typeof SearchRecords>;

const Kind = Type.Enum(['demand', 'result']);

export const SuggestSearches = Type.Object(
  {
    kind: Kind,
    q: Type.String({ maxLength: 100, description: 'What has been typed so far.' }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: 10 })),
  },
  { additionalProperties: false },
);
export type SuggestSearches = Static<typeof SuggestSearches>;

/** The filters of a search, as its address has them. */
export const SavedFilters = Type.Object(recordFilters, { title: 'SavedFilters', additionalProperties: false });
export type SavedFilters = Static<typeof SavedFilters>;

export const CreateSavedSearch = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' }),
    kind: Kind,
    q: Type.Optional(
      Type.String({ maxLength: maxQuestionLength, description: 'A record must have all of its words.' }),
    ),
    filters: Type.Optional(SavedFilters),
  },
  {
    title: 'CreateSavedSearch',
    additionalProperties: false,
    examples: [{ name: '宁夏的枸杞成果', kind: 'result', q: '枸杞', filters: { regionCode: '640000', minTrl: 6 } }],
  },
);
export type CreateSavedSearch = Static<typeof CreateSavedSearch>;

export const ListParkedRecords = Type.Object(pageQuery, { additionalProperties: false });
export type ListParkedRecords = Static<typeof ListParkedRecords>;
