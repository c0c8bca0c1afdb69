import { uuidv7 } from 'uuidv7';
import type { Index } from './database.ts';
import { MeilisearchError } from './errors.ts';
import { facetsOf, facetValues } from './facets.ts';
import { checkFilter, matchesFilter, normalizedFacet, scalarsAt } from './filter-match.ts';
import { parseFilter } from './filter-parser.ts';
import { hitView } from './format.ts';
import { type JsonObject, matchesPattern } from './json.ts';
import { allowedTypos, type ParsedQuery, parseQuery, typosOf } from './query-terms.ts';
import { type RankedDocument, rank } from './ranking.ts';
import type { FacetSearchRequest, SearchRequest } from './search-input.ts';
import { featuresOf } from './settings.ts';
import { readSort } from './sort.ts';
import { normalizedWord } from './tokens.ts';

function checkSearchOn(index: Index, names: readonly string[] | undefined): void {
  const searchable = index.settings.searchableAttributes;
  if (names === undefined || searchable.includes('*')) return;
  const unknown = names.find(
    (name) => name !== '*' && !searchable.some((one) => matchesPattern(one, name) || matchesPattern(name, one)),
  );
  if (unknown !== undefined)
    throw new MeilisearchError(
      'invalid_search_attributes_to_search_on',
      `Index \`${index.uid}\`: Attribute \`${unknown}\` is not searchable. Available searchable attributes are: \`${searchable.join(', ')}\`.`,
    );
}

/** The first document of each value; documents without one all stay. */
function distinctOnly(found: RankedDocument[], field: string): RankedDocument[] {
  const seen = new Set<string | number>();
  return found.filter(({ document }) => {
    const values = scalarsAt(document, field).map((value) =>
      typeof value === 'string' ? normalizedFacet(value) : value,
    );
    if (values.some((value) => seen.has(value))) return false;
    for (const value of values) seen.add(value);
    return true;
  });
}

interface Found {
  parsed: ParsedQuery;
  ranked: RankedDocument[];
}

/** What a search finds, best first: everything, not a page. */
export function find(index: Index, request: SearchRequest): Found {
  const { settings, uid } = index;
  const filter = parseFilter(request.filter, 'invalid_search_filter');
  checkFilter(filter, uid, settings, 'invalid_search_filter');
  const sort = readSort(request.sort ?? [], uid, settings, 'invalid_search_sort');
  if (sort.length > 0 && !settings.rankingRules.includes('sort'))
    throw new MeilisearchError(
      'invalid_search_sort',
      `Index \`${uid}\`: You must specify where \`sort\` is listed in the rankingRules setting to use the sort parameter at search time.`,
    );
  checkSearchOn(index, request.attributesToSearchOn);
  const distinct = request.distinct ?? settings.distinctAttribute;
  if (request.distinct !== undefined && featuresOf(settings, request.distinct) === null)
    throw new MeilisearchError(
      'invalid_search_distinct',
      `Index \`${uid}\`: Attribute \`${request.distinct}\` is not filterable and thus, cannot be used as distinct attribute.`,
    );

  const parsed = parseQuery(request.q ?? '', settings);
  const documents = index.documents().filter((document) => matchesFilter(filter, document));
  const strategy = request.matchingStrategy ?? 'last';
  const searchOn = request.attributesToSearchOn?.includes('*') ? undefined : request.attributesToSearchOn;
  let ranked = rank(documents, parsed, settings, { strategy, searchOn, sort });
  const threshold = request.rankingScoreThreshold;
  if (threshold !== undefined) ranked = ranked.filter(({ score }) => score >= threshold);
  if (distinct !== null) ranked = distinctOnly(ranked, distinct);
  return { parsed, ranked };
}

/** Pages are counted when `page` or `hitsPerPage` is given; both ways end at `maxTotalHits`. */
function paged(found: readonly RankedDocument[], request: SearchRequest, maxTotalHits: number) {
  const total = Math.min(found.length, maxTotalHits);
  if (request.page !== undefined || request.hitsPerPage !== undefined) {
    const page = request.page ?? 1;
    const hitsPerPage = request.hitsPerPage ?? 20;
    const from = (page - 1) * hitsPerPage;
    return {
      hits: page === 0 ? [] : found.slice(0, total).slice(from, from + hitsPerPage),
      numbers: {
        hitsPerPage,
        page,
        totalPages: hitsPerPage === 0 ? 0 : Math.ceil(total / hitsPerPage),
        totalHits: total,
      },
    };
  }
  const limit = request.limit ?? 20;
  const offset = Math.min(request.offset ?? 0, maxTotalHits);
  const end = offset + Math.min(limit, maxTotalHits - offset);
  return { hits: found.slice(offset, end), numbers: { limit, offset, estimatedTotalHits: total } };
}

export function search(index: Index, request: SearchRequest): JsonObject {
  const { settings } = index;
  const { parsed, ranked } = find(index, request);
  const { hits, numbers } = paged(ranked, request, settings.pagination.maxTotalHits);
  const formatting = { terms: parsed.terms, settings, request };
  const candidates = ranked.map(({ document }) => document);
  const facets = request.facets === undefined ? {} : facetsOf(request.facets, candidates, index.documents(), settings);
  return {
    hits: hits.map(({ document, score }) => ({
      ...hitView(document, formatting),
      ...(request.showRankingScore ? { _rankingScore: score } : {}),
    })),
    query: request.q ?? '',
    processingTimeMs: 0,
    ...numbers,
    ...facets,
    requestUid: uuidv7(),
  };
}

const maxFacetHits = 100;

/** Values of one facet that begin as asked; the last letters may be missing and some may be wrong. */
export function facetSearch(index: Index, facetName: string, request: FacetSearchRequest): JsonObject {
  const { settings, uid } = index;
  if (!settings.facetSearch)
    throw new MeilisearchError(
      'facet_search_disabled',
      `Index \`${uid}\`: The facet search is disabled for this index`,
    );
  const features = featuresOf(settings, facetName);
  if (features === null || !features.facetSearch)
    throw new MeilisearchError(
      'invalid_search_facets',
      `Index \`${uid}\`: Attribute \`${facetName}\` is not facet-searchable.`,
    );
  const { facetQuery, facetName: _name, exhaustiveFacetCount: _exact, ...query } = request;
  const documents = find(index, query).ranked.map(({ document }) => document);
  const by = settings.faceting.sortFacetValuesBy[facetName] ?? settings.faceting.sortFacetValuesBy['*'] ?? 'alpha';
  const asked = normalizedWord(facetQuery ?? '').trim();
  const term = { words: [asked], isPhrase: false, isPrefix: true, synonyms: [] };
  const facetHits = facetValues(documents, facetName, by)
    .filter(({ value }) => {
      const word = normalizedWord(value);
      if (word.startsWith(asked)) return true;
      return allowedTypos(asked, settings) > 0 && typosOf(term, word, settings) !== null;
    })
    .slice(0, maxFacetHits)
    .map(({ value, count }) => ({ value, count }));
  return { facetHits, facetQuery: facetQuery ?? null, processingTimeMs: 0 };
}
