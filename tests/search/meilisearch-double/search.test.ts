import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connected, codeOf, connect } from './connect.ts';

const documents = [
  {
    id: 'a',
    title: '高纯铟的膜电解提取',
    body: '从锌渣中回收铟',
    year: 2001,
    kind: 'demand',
    tags: ['Metal', 'x', 'METAL'],
  },
  {
    id: 'b',
    title: 'Ceramic membranes',
    body: 'Electrolysis in cells of ceramic membranes',
    year: 2024,
    kind: 'result',
    tags: ['metal'],
  },
  {
    id: 'c',
    title: 'Wolfberry milk',
    body: 'Milk from Ningxia with wolfberry, without membranes',
    year: 2010,
    kind: 'demand',
    tags: [],
  },
  { id: 'd', title: 'PLC control', body: '', year: 'unknown', kind: 'Result', secret: 'wolfberry' },
];

describe('the search of the test double of Meilisearch', () => {
  let double: Connected;
  const index = () => double.client.index('a');
  const found = async (...parts: Parameters<ReturnType<typeof index>['search']>) =>
    (await index().search(...parts)).hits.map(({ id }) => id).join('');

  beforeAll(async () => {
    double = await connect();
    await index()
      .updateSettings({
        searchableAttributes: ['title', 'body'],
        displayedAttributes: ['id', 'title', 'body', 'year', 'kind', 'tags'],
        filterableAttributes: ['year', 'kind', 'tags'],
        sortableAttributes: ['year', 'id'],
        rankingRules: ['words', 'typo', 'proximity', 'attributeRank', 'sort', 'wordPosition', 'exactness'],
        synonyms: { goji: ['wolfberry'] },
        stopWords: ['of', 'the'],
      })
      .waitTask();
    await index().addDocuments(documents).waitTask();
  });

  afterAll(async () => {
    await double?.close();
  });

  it('finds words of the searchable fields, in any case and width, and Chinese words', async () => {
    expect(await found('MEMBRANES')).toBe('bc');
    expect(await found('ｐｌｃ')).toBe('d');
    expect(await found('电解')).toBe('a');
    expect(await found('wolfberry')).toBe('c');
    expect(await found('quantum')).toBe('');
  });

  it('takes the last word as a beginning, unless a space follows it', async () => {
    expect(await found('membr')).toBe('bc');
    expect(await found('membr ')).toBe('');
    expect(await found('membr cells')).toBe('');
  });

  it('forgives one typing mistake from five letters on, two from nine, and not the first letter as one', async () => {
    expect(await found('mikl ')).toBe('');
    expect(await found('ceremic ')).toBe('b');
    expect(await found('cremaic ')).toBe('');
    expect(await found('elektrolisis ')).toBe('b');
    expect(await found('veramic ')).toBe('');
  });

  it('leaves words out from the end, or the commonest, or none', async () => {
    expect(await found('milk quantum')).toBe('c');
    expect(await found('quantum milk')).toBe('');
    expect(await found('quantum milk ', { matchingStrategy: 'frequency' })).toBe('');
    expect(await found('membranes milk ', { matchingStrategy: 'frequency' })).toBe('c');
    expect(await found('milk quantum', { matchingStrategy: 'all' })).toBe('');
    expect(await found('membranes milk', { matchingStrategy: 'all' })).toBe('c');
    expect(await found('membranes milk')).toBe('cb');
  });

  it('reads the first ten words only', async () => {
    const ten = 'milk from ningxia with wolfberry without membranes milk from ningxia';
    expect(await found(`${ten} quantum`, { matchingStrategy: 'all' })).toBe('c');
  });

  it('finds phrases, leaves out what is excluded, and knows synonyms one way', async () => {
    expect(await found('"ceramic membranes"')).toBe('b');
    expect(await found('"membranes ceramic"')).toBe('');
    expect(await found('membranes -milk')).toBe('b');
    expect(await found('-membranes')).toBe('ad');
    expect(await found('goji ')).toBe('c');
  });

  it('takes a question without words as none', async () => {
    expect(await found('')).toBe('abcd');
    expect(await found('!!! ')).toBe('abcd');
  });

  it('puts a match in the first field before one in the second', async () => {
    expect(await found('membranes')).toBe('bc');
  });

  it('searches in some of the fields when asked', async () => {
    expect(await found('membranes', { attributesToSearchOn: ['title'] })).toBe('b');
    expect(await codeOf(index().search('x', { attributesToSearchOn: ['year'] }))).toBe(
      'invalid_search_attributes_to_search_on',
    );
  });

  it('sorts numbers before words in both directions, and what has no value last', async () => {
    expect(await found('', { sort: ['year:asc'] })).toBe('acbd');
    expect(await found('', { sort: ['year:desc'] })).toBe('bcad');
    expect(await found('', { filter: 'kind = result', sort: ['year:desc', 'id:asc'] })).toBe('bd');
    expect(await found('membranes', { sort: ['year:asc'] })).toBe('bc');
  });

  it('refuses to sort by what is not sortable, and without the rule for it', async () => {
    await expect(index().search('', { sort: ['kind:asc'] })).rejects.toThrow(
      'Attribute `kind` is not sortable. Available sortable attributes are: `id, year`.',
    );
    expect(await codeOf(index().search('', { sort: ['year'] }))).toBe('invalid_search_sort');
    const bare = double.client.index('bare');
    await bare.updateSettings({ rankingRules: ['words'], sortableAttributes: ['year'] }).waitTask();
    await expect(bare.search('', { sort: ['year:asc'] })).rejects.toThrow('You must specify where `sort` is listed');
  });

  it('answers with what was asked, by offset and limit', async () => {
    const answer = await index().search('', { offset: 1, limit: 2, attributesToRetrieve: ['id'] });
    expect(answer).toEqual({
      hits: [{ id: 'b' }, { id: 'c' }],
      query: '',
      processingTimeMs: 0,
      offset: 1,
      limit: 2,
      estimatedTotalHits: 4,
      requestUid: expect.any(String),
    });
  });

  it('counts pages when a page or its size is given', async () => {
    const numbers = async (parts: { page?: number; hitsPerPage?: number; limit?: number }) => {
      const { hits, ...answer } = await index().search('', { ...parts, attributesToRetrieve: ['id'] });
      return [hits.map(({ id }) => id).join(''), answer] as const;
    };
    expect((await numbers({ page: 2, hitsPerPage: 3, limit: 1 }))[0]).toBe('d');
    expect((await numbers({ page: 2, hitsPerPage: 3 }))[1]).toMatchObject({
      page: 2,
      hitsPerPage: 3,
      totalPages: 2,
      totalHits: 4,
    });
    expect((await numbers({ page: 1 }))[1]).toMatchObject({ hitsPerPage: 20, totalPages: 1 });
    expect((await numbers({ page: 0 }))[0]).toBe('');
    expect((await numbers({ hitsPerPage: 0 }))[1]).toMatchObject({ page: 1, totalPages: 0, totalHits: 4 });
  });

  it('goes no further than maxTotalHits, in hits and in totals', async () => {
    const small = double.client.index<{ id: number }>('small');
    await small.updatePagination({ maxTotalHits: 3 }).waitTask();
    await small.addDocuments([1, 2, 3, 4, 5].map((id) => ({ id }))).waitTask();
    const ids = (hits: { id: number }[]) => hits.map(({ id }) => id);
    const limited = await small.search('', { offset: 2, limit: 9 });
    expect([ids(limited.hits), limited.limit, limited.estimatedTotalHits]).toEqual([[3], 9, 3]);
    const beyond = await small.search('', { offset: 50, limit: 9 });
    expect([beyond.hits, beyond.offset]).toEqual([[], 3]);
    const paged = await small.search('', { page: 2, hitsPerPage: 2 });
    expect([ids(paged.hits), paged.totalHits, paged.totalPages]).toEqual([[3], 3, 2]);
  });

  it('shows only what is displayed', async () => {
    const { hits } = await index().search('plc', { attributesToRetrieve: ['*'] });
    expect(hits).toEqual([{ id: 'd', title: 'PLC control', body: '', year: 'unknown', kind: 'Result' }]);
  });

  it('marks what matched, of an unfinished word the part that was typed, with numbers as texts and nothing escaped', async () => {
    const { hits } = await index().search('wolfb', {
      attributesToRetrieve: ['id', 'year'],
      attributesToHighlight: ['title'],
      highlightPreTag: '<b>',
      highlightPostTag: '</b>',
    });
    expect(hits[0]).toEqual({
      id: 'c',
      year: 2010,
      _formatted: { id: 'c', year: '2010', title: '<b>Wolfb</b>erry milk' },
    });
    const chinese = await index().search('电解', { attributesToHighlight: ['*'] });
    expect(chinese.hits[0]?._formatted?.title).toContain('<em>电解</em>');
  });

  it('cuts a text to so many words around what matched', async () => {
    const { hits } = await index().search('wolfberry', {
      attributesToCrop: ['body'],
      cropLength: 3,
      cropMarker: '...',
    });
    expect(hits[0]?._formatted?.body).toBe('...with wolfberry, without...');
    const own = await index().search('wolfberry', { attributesToCrop: ['body:2'], attributesToHighlight: ['body'] });
    expect(own.hits[0]?._formatted?.body).toMatch(/^….*<em>wolfberry<\/em>.*…$/u);
  });

  it('tells where it matched in bytes, not in characters', async () => {
    const { hits } = await index().search('电解', { showMatchesPosition: true });
    const text = Buffer.from('高纯铟的膜电解提取');
    const [position] = hits[0]?._matchesPosition?.title ?? [];
    expect(text.subarray(position?.start, (position?.start ?? 0) + (position?.length ?? 0)).toString()).toBe('电解');
  });

  it('scores from 0 to 1, the best first, and 1 where nothing was asked; below a threshold there is nothing', async () => {
    const { hits } = await index().search('membranes milk', { showRankingScore: true });
    const scores = hits.map(({ _rankingScore }) => _rankingScore ?? 0);
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    expect(Math.max(...scores)).toBeLessThanOrEqual(1);
    expect((await index().search('', { showRankingScore: true })).hits[0]?._rankingScore).toBe(1);
    const [best = 1] = scores;
    const kept = await index().search('membranes milk', { rankingScoreThreshold: best, facets: ['kind'] });
    expect([kept.estimatedTotalHits, kept.facetDistribution]).toEqual([1, { kind: { demand: 1 } }]);
    expect(await codeOf(index().search('', { rankingScoreThreshold: 2 }))).toBe(
      'invalid_search_ranking_score_threshold',
    );
  });

  it('keeps one document of each value when asked', async () => {
    expect(await found('', { distinct: 'kind' })).toBe('ab');
    expect(await codeOf(index().search('', { distinct: 'id' }))).toBe('invalid_search_distinct');
  });

  it('answers 404 for an index that is not there, and refuses a locale that it does not know', async () => {
    expect(await codeOf(double.client.index('none').search(''))).toBe('index_not_found');
    expect((await double.raw('POST', '/indexes/a/search', { locales: ['chi'] })).body.code).toBe(
      'invalid_search_locales',
    );
    expect(await found('membranes', { locales: ['eng', 'cmn'] } as object)).toBe('bc');
  });

  describe('facets', () => {
    it('counts values of all that was found, not of the page, spellings in other case as one', async () => {
      const { facetDistribution, facetStats } = await index().search('', {
        facets: ['kind', 'tags', 'year'],
        limit: 1,
      });
      expect(facetDistribution).toEqual({
        kind: { demand: 2, result: 2 },
        tags: { Metal: 2, x: 1 },
        year: { '2001': 1, '2010': 1, '2024': 1, unknown: 1 },
      });
      expect(facetStats).toEqual({ year: { min: 2001, max: 2024 } });
    });

    it('counts under the question and the filter, and gives an empty facet for what nothing has', async () => {
      const answer = await index().search('membranes', { facets: ['kind', 'tags'], filter: 'year = 2010' });
      expect(answer.facetDistribution).toEqual({ kind: { demand: 1 }, tags: {} });
      expect((await index().search('', { facets: ['*'] })).facetDistribution).toHaveProperty('tags');
      expect(await index().search('')).not.toHaveProperty('facetDistribution');
    });

    it('refuses a facet that is not filterable', async () => {
      await expect(index().search('', { facets: ['title'] })).rejects.toThrow(
        'Invalid facet distribution: Pattern `title` is not filterable. Available filterable attributes patterns are: `kind, tags, year`.',
      );
    });

    it('shows so many values as the settings say, by name or by count', async () => {
      const few = double.client.index('few');
      await few
        .updateSettings({
          filterableAttributes: ['k'],
          faceting: { maxValuesPerFacet: 2, sortFacetValuesBy: { k: 'count' } },
        })
        .waitTask();
      await few.addDocuments(['a', 'b', 'b', 'c', 'c'].map((k, id) => ({ id, k }))).waitTask();
      expect((await few.search('', { facets: ['k'] })).facetDistribution).toEqual({ k: { b: 2, c: 2 } });
      await few.updateFaceting({ sortFacetValuesBy: { k: 'alpha' } }).waitTask();
      expect((await few.search('', { facets: ['k'] })).facetDistribution).toEqual({ k: { a: 1, b: 2 } });
    });

    it('finds values of a facet by how they begin', async () => {
      const answer = await index().searchForFacetValues({ facetName: 'kind', facetQuery: 'RES' });
      expect(answer).toMatchObject({ facetHits: [{ value: 'result', count: 2 }], facetQuery: 'RES' });
      const all = await index().searchForFacetValues({ facetName: 'kind', filter: 'year = 2001' });
      expect(all.facetHits).toEqual([{ value: 'demand', count: 1 }]);
      const refused = await double.raw('POST', '/indexes/a/facet-search', { facetQuery: 'x' });
      expect(refused.body.code).toBe('missing_facet_search_facet_name');
    });

    it('finds no values of a facet where facet search is off', async () => {
      const off = double.client.index('off');
      await off.updateSettings({ filterableAttributes: ['k'], facetSearch: false }).waitTask();
      expect(await codeOf(off.searchForFacetValues({ facetName: 'k' }))).toBe('facet_search_disabled');
    });
  });

  describe('several searches at once', () => {
    it('answers each in its place with its index', async () => {
      const { results } = await double.client.multiSearch({
        queries: [
          { indexUid: 'a', q: 'membranes', hitsPerPage: 1 },
          { indexUid: 'a', q: '', limit: 0, facets: ['kind'] },
        ],
      });
      expect(results).toMatchObject([
        { indexUid: 'a', query: 'membranes', totalHits: 2, hits: [{ id: 'b' }] },
        { indexUid: 'a', hits: [], estimatedTotalHits: 4, facetDistribution: { kind: { demand: 2, result: 2 } } },
      ]);
    });

    it('fails all with the first that fails, with 400 also for an index that is not there', async () => {
      const send = (second: object) => double.raw('POST', '/multi-search', { queries: [{ indexUid: 'a' }, second] });
      expect(await send({ indexUid: 'none' })).toMatchObject({
        status: 400,
        body: { code: 'index_not_found', message: 'Inside `.queries[1]`: Index `none` not found.' },
      });
      expect((await send({ indexUid: 'a', filter: 'title = x' })).body.message).toContain(
        'Inside `.queries[1]`: Index `a`: Attribute',
      );
      expect((await send({ indexUid: 'a', limit: -1 })).body).toMatchObject({
        code: 'invalid_search_limit',
        message: expect.stringContaining('at `.queries[1].limit`'),
      });
      expect((await send({ q: 'x' })).body.code).toBe('missing_index_uid');
      expect((await send({ indexUid: 'a', federationOptions: { weight: 1 } })).body.code).toBe(
        'invalid_multi_search_federation_options',
      );
    });
  });
});
