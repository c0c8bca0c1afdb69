import { type Static, Type } from 'typebox';
import { type SearchFacet, searchFacets } from '../core/search-index.ts';
import { CooperationMode, IndustryCode, RegionCode } from '../records/inputs.ts';

const facetNames = searchFacets.join('|');

export const SearchRecords = Type.Object(
  {
    q: Type.Optional(
      Type.String({
        maxLength: 500,
        description: 'Words in Chinese, English or both. Without it: everything, newest first.',
      }),
    ),
    technologyField: Type.Optional(
      Type.String({
        pattern: '^[1-8]([0-9]{2})?$',
        description: 'A field of the first level stands for all of its second level.',
      }),
    ),
    industry: Type.Optional(IndustryCode),
    cooperationMode: Type.Optional(CooperationMode),
    regionCode: Type.Optional(RegionCode),
    minTrl: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 9, description: 'At least this technology readiness level.' }),
    ),
    facets: Type.Optional(
      Type.String({
        pattern: `^(${facetNames})(,(${facetNames})){0,2}$`,
        description: `Counts to return, separated by commas: ${searchFacets.join(', ')}.`,
      }),
    ),
    sort: Type.Optional(Type.Enum(['relevance', 'newest'], { default: 'relevance' })),
    page: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1000, default: 1, description: 'From 1; page × limit is at most 1000.' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
    highlight: Type.Optional(Type.Boolean({ default: false })),
  },
  { additionalProperties: false },
);
export type SearchRecords = Static<typeof SearchRecords>;

export function facetsOf(list: string | undefined): SearchFacet[] {
  const asked = new Set(list?.split(','));
  return searchFacets.filter((facet) => asked.has(facet));
}
