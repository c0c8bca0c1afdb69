import { invalidInput } from '../../core/errors.ts';
import { type SearchFacet, type SearchFilters, searchFacets } from '../../core/search-index.ts';
import { dateFaults } from '../../records/service.ts';
import type { SearchRecords } from '../inputs.ts';

export function facetsOf(list: string | undefined): SearchFacet[] {
  const asked = new Set(list?.split(','));
  return searchFacets.filter((facet) => asked.has(facet));
}

/** A search's, or those of a saved one. */
type Filters = Omit<SearchRecords, 'q' | 'facets' | 'sort' | 'page' | 'limit' | 'highlight'>;

/** @throws AppError INVALID_INPUT for a day that no calendar has */
export function filtersOf(wanted: Filters): SearchFilters {
  const { minTrl, maxTrl, language, publishedAfter, validAt } = wanted;
  const filters: SearchFilters = {};
  for (const name of listFilters) {
    const list = wanted[name]?.split(',');
    // The pattern has checked each value.
    if (list !== undefined) Object.assign(filters, { [name]: [...new Set(list)] });
  }
  if (minTrl !== undefined) filters.minTrl = minTrl;
  if (maxTrl !== undefined) filters.maxTrl = maxTrl;
  if (language !== undefined) filters.language = language;
  if (publishedAfter !== undefined) filters.publishedAfter = momentOf('publishedAfter', publishedAfter);
  if (validAt !== undefined) filters.validAt = momentOf('validAt', validAt);
  return filters;
}

const listFilters = [
  'technologyField',
  'industry',
  'cooperationMode',
  'regionCode',
  'moneyBand',
  'activityType',
  'stage',
  'iprKind',
] as const satisfies readonly (keyof SearchFilters & keyof Filters)[];

/** A day begins in China. */
function momentOf(name: string, text: string): Date {
  const [fault] = dateFaults(`/querystring/${name}`, text);
  if (fault !== undefined) throw invalidInput(fault);
  return new Date(text.length === 10 ? `${text}T00:00:00+08:00` : text);
}
