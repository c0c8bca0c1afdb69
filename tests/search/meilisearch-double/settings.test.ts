import type { Settings } from 'meilisearch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connected, codeOf, connect } from './connect.ts';

describe('the settings of the test double of Meilisearch', () => {
  let double: Connected;

  beforeEach(async () => {
    double = await connect();
    await double.client.createIndex('a').waitTask();
  });

  afterEach(async () => {
    await double.close();
  });

  const index = () => double.client.index('a');
  const change = async (settings: Settings) => {
    await index().updateSettings(settings).waitTask();
    return await index().getSettings();
  };

  it('has the defaults of 1.50', async () => {
    expect(await index().getSettings()).toEqual({
      displayedAttributes: ['*'],
      searchableAttributes: ['*'],
      filterableAttributes: [],
      sortableAttributes: [],
      rankingRules: ['words', 'typo', 'proximity', 'attributeRank', 'sort', 'wordPosition', 'exactness'],
      stopWords: [],
      nonSeparatorTokens: [],
      separatorTokens: [],
      dictionary: [],
      synonyms: {},
      distinctAttribute: null,
      proximityPrecision: 'byWord',
      typoTolerance: {
        enabled: true,
        minWordSizeForTypos: { oneTypo: 5, twoTypos: 9 },
        disableOnWords: [],
        disableOnAttributes: [],
        disableOnNumbers: false,
      },
      faceting: { maxValuesPerFacet: 100, sortFacetValuesBy: { '*': 'alpha' } },
      pagination: { maxTotalHits: 1000 },
      embedders: {},
      searchCutoffMs: null,
      localizedAttributes: null,
      facetSearch: true,
      prefixSearch: 'indexingTime',
    });
  });

  it('leaves alone what is not sent, and puts back to the default what is null', async () => {
    await change({ stopWords: ['the'], searchCutoffMs: 100, pagination: { maxTotalHits: 5 } });
    expect(await change({ sortableAttributes: ['a'] })).toMatchObject({ stopWords: ['the'], searchCutoffMs: 100 });
    expect(
      await change({ stopWords: null, searchCutoffMs: null, pagination: null } as unknown as Settings),
    ).toMatchObject({
      stopWords: [],
      searchCutoffMs: null,
      pagination: { maxTotalHits: 1000 },
    });
  });

  it('echoes in the task what was sent and no more', async () => {
    const task = await index()
      .updateSettings({ stopWords: ['b', 'a'] })
      .waitTask();
    expect([task.type, task.details]).toEqual(['settingsUpdate', { stopWords: ['b', 'a'] }]);
  });

  it('returns sets sorted and without repeats, and lists in their order', async () => {
    expect(
      await change({
        stopWords: ['the', 'a', 'the'],
        sortableAttributes: ['year', 'name'],
        dictionary: ['膜电解', '高纯铟'],
        searchableAttributes: ['title', 'body'],
        filterableAttributes: ['year', 'name'],
        typoTolerance: { disableOnWords: ['PLC', 'LED'] },
      }),
    ).toMatchObject({
      stopWords: ['a', 'the'],
      sortableAttributes: ['name', 'year'],
      dictionary: ['膜电解', '高纯铟'],
      searchableAttributes: ['title', 'body'],
      filterableAttributes: ['year', 'name'],
      typoTolerance: { disableOnWords: ['LED', 'PLC'] },
    });
  });

  it('replaces maps as a whole and merges typo tolerance, faceting and pagination part by part', async () => {
    await change({ synonyms: { a: ['b'], c: ['d'] }, typoTolerance: { minWordSizeForTypos: { oneTypo: 3 } } });
    await change({ faceting: { maxValuesPerFacet: 5 } });
    expect(
      await change({
        synonyms: { e: ['f'] },
        typoTolerance: { disableOnNumbers: true },
        faceting: { sortFacetValuesBy: { kind: 'count' } },
      }),
    ).toMatchObject({
      synonyms: { e: ['f'] },
      typoTolerance: { minWordSizeForTypos: { oneTypo: 3, twoTypos: 9 }, disableOnNumbers: true, enabled: true },
      faceting: { maxValuesPerFacet: 5, sortFacetValuesBy: { '*': 'alpha', kind: 'count' } },
    });
    expect(Object.keys((await index().getSettings()).synonyms ?? {})).toEqual(['e']);
  });

  it('completes a granular filter rule: equality on, comparison and facet search off', async () => {
    const rule = { attributePatterns: ['year'], features: { filter: { comparison: true } } };
    const settings = await change({ filterableAttributes: [rule, { attributePatterns: ['*_id'] }] } as Settings);
    expect(settings.filterableAttributes).toEqual([
      { attributePatterns: ['year'], features: { facetSearch: false, filter: { equality: true, comparison: true } } },
      { attributePatterns: ['*_id'], features: { facetSearch: false, filter: { equality: true, comparison: false } } },
    ]);
  });

  it('has a route for each setting', async () => {
    const [stopWords, pagination, rules] = ['stop-words', 'pagination', 'ranking-rules'].map(
      (one) => `/indexes/a/settings/${one}`,
    ) as [string, string, string];
    for (const [method, path, body] of [
      ['PUT', stopWords, ['the']],
      ['PATCH', pagination, { maxTotalHits: 7 }],
      ['PUT', rules, ['words', 'year:desc']],
    ] as const) {
      const { status, body: task } = await double.raw(method, path, body);
      expect(status, path).toBe(202);
      await double.client.tasks.waitForTask(task.taskUid);
      expect((await double.raw('GET', path)).body, path).toEqual(body);
      await double.client.tasks.waitForTask((await double.raw('DELETE', path)).body.taskUid);
    }
    expect(await index().getStopWords()).toEqual([]);
    expect((await double.raw('PATCH', stopWords, [])).status).toBe(405);
    expect((await double.raw('PUT', pagination, {})).status).toBe(405);
  });

  it('puts all settings back', async () => {
    await change({ stopWords: ['the'], rankingRules: ['words'] });
    await index().resetSettings().waitTask();
    expect(await index().getSettings()).toMatchObject({
      stopWords: [],
      rankingRules: expect.arrayContaining(['typo']),
    });
  });

  it('refuses wrong types and values at once', async () => {
    for (const [settings, code] of [
      [{ stopWords: 'the' }, 'invalid_settings_stop_words'],
      [{ searchableAttributes: [1] }, 'invalid_settings_searchable_attributes'],
      [{ rankingRules: ['typos'] }, 'invalid_settings_ranking_rules'],
      [{ rankingRules: ['words', 'attribute', 'wordPosition'] }, 'invalid_settings_ranking_rules'],
      [
        { localizedAttributes: [{ attributePatterns: ['*_zh'], locales: ['chi'] }] },
        'invalid_settings_localized_attributes',
      ],
      [{ pagination: { maxTotalHits: -1 } }, 'invalid_settings_pagination'],
      [{ faceting: { sortFacetValuesBy: { '*': 'size' } } }, 'invalid_settings_faceting'],
      [{ typoTolerance: { minWordSizeForTypos: { oneTypo: 9, twoTypos: 5 } } }, 'invalid_settings_typo_tolerance'],
      [{ filterableAttributes: [{ features: {} }] }, 'invalid_settings_filterable_attributes'],
      [{ searchCutoffMs: '1' }, 'invalid_settings_search_cutoff_ms'],
      [{ prefixSearch: 'always' }, 'invalid_settings_prefix_search'],
    ] as const)
      expect(await codeOf(index().updateSettings(settings as unknown as Settings)), code).toBe(code);
    expect((await double.client.tasks.getTasks({ types: ['settingsUpdate'] })).total).toBe(0);
  });
});
