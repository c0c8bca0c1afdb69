import {
  anything,
  boolean,
  count,
  field,
  list,
  nullable,
  number,
  oneOf,
  type Read,
  type Reader,
  string,
} from './checks.ts';
import { MeilisearchError, NotEmulated } from './errors.ts';

import { locale } from './settings-input.ts';

function notEmulated(what: string): Reader<null> {
  return (value) => {
    if (value === null || value === false) return undefined;
    throw new NotEmulated(what);
  };
}

const threshold: Reader<number> = (value, at, code) => {
  const given = number(value, at, code);
  if (given >= 0 && given <= 1) return given;
  const why = 'the value of `rankingScoreThreshold` is invalid, expected a float between `0.0` and `1.0`.';
  throw new MeilisearchError(code, `Invalid value at \`${at}\`: ${why}`);
};

const matchingStrategy = field('invalid_search_matching_strategy', oneOf('last', 'all', 'frequency'));

/** Everything a search may ask for. Null is as if it were not there, except where the server has a default of its own. */
export const searchFields = {
  q: field('invalid_search_q', nullable(string)),
  vector: field('invalid_search_vector', notEmulated('vectors')),
  media: field('invalid_search_media', notEmulated('media')),
  hybrid: field('invalid_search_hybrid_query', notEmulated('hybrid search')),
  offset: field('invalid_search_offset', count),
  limit: field('invalid_search_limit', count),
  page: field('invalid_search_page', nullable(count)),
  hitsPerPage: field('invalid_search_hits_per_page', nullable(count)),
  attributesToRetrieve: field('invalid_search_attributes_to_retrieve', nullable(list(string))),
  retrieveVectors: field('invalid_search_retrieve_vectors', notEmulated('vectors')),
  attributesToCrop: field('invalid_search_attributes_to_crop', nullable(list(string))),
  cropLength: field('invalid_search_crop_length', count),
  attributesToHighlight: field('invalid_search_attributes_to_highlight', nullable(list(string))),
  showMatchesPosition: field('invalid_search_show_matches_position', boolean),
  showRankingScore: field('invalid_search_show_ranking_score', boolean),
  showRankingScoreDetails: field('invalid_search_show_ranking_score_details', notEmulated('score details')),
  showPerformanceDetails: field('invalid_search_show_performance_details', notEmulated('performance details')),
  useNetwork: field('invalid_search_use_network', notEmulated('a network')),
  filter: field('invalid_search_filter', nullable(anything)),
  sort: field('invalid_search_sort', nullable(list(string))),
  distinct: field('invalid_search_distinct', nullable(string)),
  facets: field('invalid_search_facets', nullable(list(string))),
  highlightPreTag: field('invalid_search_highlight_pre_tag', string),
  highlightPostTag: field('invalid_search_highlight_post_tag', string),
  cropMarker: field('invalid_search_crop_marker', string),
  matchingStrategy,
  attributesToSearchOn: field('invalid_search_attributes_to_search_on', nullable(list(string))),
  rankingScoreThreshold: field('invalid_search_ranking_score_threshold', nullable(threshold)),
  locales: field('invalid_search_locales', nullable(list(locale))),
  personalize: field('invalid_search_personalize', notEmulated('personalized search')),
};

export type SearchRequest = Read<typeof searchFields>;

const { q, vector, media, hybrid, filter, attributesToSearchOn, rankingScoreThreshold, locales, useNetwork } =
  searchFields;

export const facetSearchFields = {
  facetName: field('invalid_facet_search_facet_name', string),
  facetQuery: field('invalid_facet_search_query', nullable(string)),
  exhaustiveFacetCount: field('invalid_facet_search_exhaustive_facet_count', nullable(boolean)),
  q,
  vector,
  media,
  hybrid,
  filter,
  matchingStrategy,
  attributesToSearchOn,
  rankingScoreThreshold,
  locales,
  useNetwork,
};

export type FacetSearchRequest = Read<typeof facetSearchFields>;
