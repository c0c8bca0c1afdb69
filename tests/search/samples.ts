import { randomUUID } from 'node:crypto';
import type { SearchAnswer, SearchDocument, SearchQuery } from '../../src/core/search-index.ts';

let published = Date.UTC(2026, 0, 1);

/** A demand about nothing in particular; every later one is newer. */
export function documentWith(parts: Partial<SearchDocument> & { title: string }): SearchDocument {
  published += 60_000;
  return {
    id: randomUUID(),
    kind: 'demand',
    version: 1,
    keywords: [],
    body: '',
    language: 'zh',
    technologyFields: ['402'],
    industries: ['C', '32'],
    cooperationModes: ['joint_development'],
    regionCode: '640300',
    trl: null,
    moneyBand: null,
    activityType: null,
    stage: null,
    iprKinds: [],
    publishedAt: new Date(published),
    validUntil: null,
    ...parts,
  };
}

export function ask(q: string, parts: Partial<SearchQuery> = {}): SearchQuery {
  return {
    kind: 'demand',
    q,
    filters: {},
    facets: [],
    sort: 'relevance',
    offset: 0,
    limit: 20,
    highlight: false,
    ...parts,
  };
}

export function ids(answer: SearchAnswer): string[] {
  return answer.hits.map((hit) => hit.id);
}
