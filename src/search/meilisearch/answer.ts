import type { Hit } from 'meilisearch';
import type { SearchAnswer, SearchHit, SearchQuery } from '../../core/search-index.ts';
import { highlightFragment, highlightText } from '../highlight.ts';
import type { AnalyseText, QueryTerm } from '../index-terms.ts';
import type { IndexedDocument } from './documents.ts';
import { hasMarks, marksToHtml } from './marks.ts';
import type { Found } from './requests.ts';

export function toAnswer(
  { hits, total, facets }: Found,
  { highlight }: SearchQuery,
  analyse: AnalyseText,
  terms: readonly QueryTerm[],
): SearchAnswer {
  return {
    hits: hits.map((hit) => ({
      id: String(hit.id),
      score: hit._rankingScore ?? 0,
      highlight: highlight ? highlightOf(hit, analyse, terms) : null,
    })),
    total,
    facets,
    degraded: false,
  };
}

/** Marked by the server; where it found by other words than stand there, or has not marked, by our own terms. */
function highlightOf(
  hit: Hit<Partial<IndexedDocument>>,
  analyse: AnalyseText,
  terms: readonly QueryTerm[],
): NonNullable<SearchHit['highlight']> {
  const marked = hit._formatted ?? {};
  const title = marked.title_zh ?? marked.title_en ?? '';
  const body = marked.body_zh ?? marked.body_en ?? '';
  return {
    title: hasMarks(title) ? marksToHtml(title) : highlightText(analyse, hit.title_zh ?? hit.title_en ?? '', terms),
    body: hasMarks(body) ? marksToHtml(body) : highlightFragment(analyse, hit.body_zh ?? hit.body_en ?? '', terms),
  };
}
