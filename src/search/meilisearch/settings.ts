import type { Settings } from 'meilisearch';
import { maxSearchWindow } from '../../core/search-index.ts';
import { type Server, serverCode, talk } from './server.ts';
import { mustSucceed } from './tasks.ts';

/** Where words are looked for; the more telling first. */
export const textAttributes = ['title_zh', 'title_en', 'keywords', 'body_zh', 'body_en'];
/** Chinese character by character, and no words: what no dictionary cuts as the question does is found there. */
export const charactersAttribute = 'characters';

/** Above the number of regions, so that counts are never cut off. */
const maxFacetValues = 4_000;

function filterable(attributePatterns: string[], comparison: boolean, facetSearch: boolean) {
  return { attributePatterns, features: { facetSearch, filter: { equality: true, comparison } } };
}

/** All that our results depend on is said, also where it is the server's default: defaults have changed before. */
export function settingsWith(synonyms: Record<string, string[]>, searchCutoffMs: number): Settings {
  return {
    searchableAttributes: [...textAttributes, charactersAttribute],
    displayedAttributes: ['id', 'version', 'title_zh', 'title_en', 'body_zh', 'body_en'],
    filterableAttributes: [
      filterable(
        [
          'id',
          'technologyFields',
          'industries',
          'cooperationModes',
          'regions',
          'moneyBand',
          'activityType',
          'stage',
          'iprKinds',
          'language',
        ],
        false,
        false,
      ),
      filterable(['trl', 'publishedAt', 'validUntil'], true, false),
      filterable(['keywords'], false, true),
    ],
    sortableAttributes: ['publishedAt', 'validUntil'],
    // `sort` first: who asks for the newest gets the newest, whatever matches better.
    rankingRules: [
      'sort',
      'words',
      'typo',
      'proximity',
      'attributeRank',
      'wordPosition',
      'exactness',
      'publishedAt:desc',
    ],
    localizedAttributes: [
      { attributePatterns: ['*_zh', charactersAttribute], locales: ['cmn'] },
      { attributePatterns: ['*_en'], locales: ['eng'] },
      { attributePatterns: ['keywords'], locales: ['cmn', 'eng'] },
    ],
    typoTolerance: {
      enabled: true,
      minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
      disableOnAttributes: [charactersAttribute],
      disableOnNumbers: true,
    },
    synonyms,
    faceting: { maxValuesPerFacet: maxFacetValues, sortFacetValuesBy: { '*': 'count' } },
    pagination: { maxTotalHits: maxSearchWindow },
    searchCutoffMs,
    proximityPrecision: 'byWord',
    facetSearch: true,
    prefixSearch: 'indexingTime',
  };
}

/** Makes the index if it is not there, and sends settings only if it has others: every change costs a reindexing. */
export async function ensureIndex(server: Server, uid: string, wanted: Settings): Promise<void> {
  if (!(await isIndexThere(server, uid))) {
    await mustSucceed(server, () => server.client.createIndex(uid, { primaryKey: 'id' }), ['index_already_exists']);
  }
  const held = await talk(() => server.client.index(uid).getSettings());
  if (!covers(held, wanted)) await mustSucceed(server, () => server.client.index(uid).updateSettings(wanted));
}

async function isIndexThere(server: Server, uid: string): Promise<boolean> {
  try {
    await talk(() => server.client.getRawIndex(uid));
    return true;
  } catch (error) {
    if (serverCode(error) === 'index_not_found') return false;
    throw error;
  }
}

/** Lists whose order has a meaning; the server sorts the others. */
const orderedLists = new Set(['searchableAttributes', 'displayedAttributes', 'rankingRules']);

/** Whether everything wanted is held; what else the server has, newer ones have more, does not matter. */
export function covers(held: unknown, wanted: unknown, name = ''): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(held)) return false;
    const inOrder = (list: readonly unknown[]) => {
      const texts = list.map(canonical);
      return JSON.stringify(
        orderedLists.has(name) || name === 'filterableAttributes' ? texts : [...new Set(texts)].sort(),
      );
    };
    return inOrder(held) === inOrder(wanted);
  }
  if (typeof wanted !== 'object' || wanted === null) return held === wanted;
  if (typeof held !== 'object' || held === null) return false;
  const there = new Map(Object.entries(held));
  // Synonyms are replaced as a whole, so one too many is a difference.
  if (name === 'synonyms' && there.size !== Object.keys(wanted).length) return false;
  return Object.entries(wanted).every(([key, value]) => covers(there.get(key), value, key));
}

/** The same text for the same value, whatever the order of its keys and of lists within. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).sort().join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, one]) => `${key}:${canonical(one)}`).join()}}`;
}
