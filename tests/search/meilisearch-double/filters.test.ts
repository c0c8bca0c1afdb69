import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connected, codeOf, connect } from './connect.ts';

describe('the filters of the test double of Meilisearch', () => {
  let double: Connected;

  const documents = [
    { id: 'a', year: 2001, kind: 'Demand', tags: ['x', 'Y'], open: true, nested: { code: 'c1' } },
    { id: 'b', year: 2010, kind: 'result', tags: [], open: false, note: null },
    { id: 'c', year: '2010', kind: 'say "hi" \\ bye', tags: ['z'], note: '' },
    { id: 'd', kind: 'Café', note: {}, list: [{ code: 'c2' }, { code: 'c3' }], long: '长'.repeat(200) },
  ];

  beforeAll(async () => {
    double = await connect();
    const index = double.client.index('a');
    const fields = ['year', 'kind', 'tags', 'open', 'note', 'nested', 'list', 'long', 'IN'];
    await index.updateSettings({ filterableAttributes: fields }).waitTask();
    await index.addDocuments(documents).waitTask();
  });

  afterAll(async () => {
    await double?.close();
  });

  async function found(filter: string | (string | string[])[]): Promise<string> {
    const { hits } = await double.client.index('a').search('', { filter });
    return hits.map(({ id }) => id).join('');
  }

  it.each([
    ['a number as a number and as a text', 'year = 2010', 'bc'],
    ['ranges of numbers', 'year > 2000 AND year <= 2009', 'a'],
    ['both ends of TO', 'year 2001 TO 2010', 'ab'],
    ['texts in the order of their letters', 'kind >= r', 'bc'],
    ['strings without regard to case', 'kind = dEMAND', 'a'],
    ['accents, which count', 'kind = cafe', ''],
    ['composed and decomposed letters as the same', `kind = '${'Café'.normalize('NFD')}'`, 'd'],
    ['wide letters as narrow ones', 'tags = "ｘ"', 'a'],
    ['any element of an array', 'tags = y', 'a'],
    ['booleans as words', 'open = true OR open = "false"', 'ab'],
    ['what is not equal, also where the field is missing', 'year != 2001', 'bcd'],
    ['NOT, also where the field is missing', 'NOT year = 2001', 'bcd'],
    ['one of several values', 'kind IN [demand, "RESULT",]', 'ab'],
    ['none of several values', 'kind NOT IN [demand, result]', 'cd'],
    ['no value of an empty list', 'kind IN []', ''],
    ['fields that are there, null among them', 'note EXISTS', 'bcd'],
    ['fields that are not there', 'note NOT EXISTS', 'a'],
    ['null, and only that', 'note IS NULL', 'b'],
    ['what is not null or not there', 'note IS NOT NULL', 'acd'],
    ['what is empty', 'tags IS EMPTY OR note IS EMPTY', 'bcd'],
    ['what is not empty', 'tags IS NOT EMPTY', 'acd'],
    ['beginnings', 'kind STARTS WITH De', 'a'],
    ['other beginnings', 'kind NOT STARTS WITH de', 'bcd'],
    ['nested fields', 'nested.code = c1 OR list.code = c3', 'ad'],
    ['AND before OR', 'open = true OR open = false AND year = 2001', 'a'],
    ['parentheses', '(open = true OR open = false) AND year = 2010', 'b'],
    ['NOT before AND', 'NOT open = true AND year EXISTS', 'bc'],
    ['escaped quotes and backslashes', 'kind = "say \\"hi\\" \\\\ bye"', 'c'],
    ['single quotes', 'kind = \'say "hi" \\\\ bye\'', 'c'],
    ['a keyword in quotes as a value', 'kind = "AND"', ''],
    ['a keyword in quotes as a field', '"IN" = 1', ''],
    ['keywords in lower case as words', 'kind = and', ''],
    ['values without spaces around the sign', 'year>=2010', 'b'],
    ['a blank filter as none', '  ', 'abcd'],
    ['values that are longer than 468 bytes not at all', `long = "${'长'.repeat(200)}"`, ''],
  ])('finds %s: %s', async (_what, filter, ids) => {
    expect(await found(filter)).toBe(ids);
  });

  it('takes an array as all of its elements, and an array in it as any', async () => {
    expect(await found(['year = 2010', ['kind = result', 'kind = demand']])).toBe('b');
    expect(await found([])).toBe('abcd');
    expect(await found(['year = 2001 OR year = 2010', 'open = false'])).toBe('b');
  });

  it.each([
    'year',
    'year =',
    '= 1',
    'year == 1',
    'year = 1 2',
    'year = 1 and open = true',
    '(year = 1',
    'year = 1)',
    'year = "1',
    'year = "\\q"',
    'year IN 1, 2',
    'year IN [1',
    'year IS MISSING',
    'year "EXISTS"',
    'year STARTS 1',
    'year = AND',
    'NOT',
    'year 1 2',
    'kind = a b',
    'kind = a;',
  ])('refuses %j as broken', async (filter) => {
    const { status, body } = await double.raw('POST', '/indexes/a/search', { filter });
    expect([status, body.code]).toEqual([400, 'invalid_search_filter']);
  });

  it('refuses a filter that is no text and no list of texts', async () => {
    for (const filter of [true, 1, { year: 1 }, [1], [['year = 1', 2]], [[['year = 1']]]]) {
      const { body } = await double.raw('POST', '/indexes/a/search', { filter });
      expect(body.code).toBe('invalid_search_filter');
      expect(body.message).toContain('Invalid syntax for the filter parameter');
    }
  });

  it('goes 150 levels deep and no further', async () => {
    const nested = (depth: number) => `${'('.repeat(depth)}year = 2001${')'.repeat(depth)}`;
    expect(await found(nested(150))).toBe('a');
    expect(await codeOf(found(nested(151)))).toBe('invalid_search_filter');
    expect(await found(Array.from({ length: 400 }, () => 'year = 2001').join(' OR '))).toBe('a');
  });

  it('refuses fields that are not filterable, and says which are', async () => {
    await expect(found('id = a')).rejects.toThrow(
      /^Index `a`: Attribute `id` is not filterable. Available filterable attribute patterns are: `IN`, `kind`/u,
    );
    await double.client.createIndex('bare').waitTask();
    await expect(double.client.index('bare').search('', { filter: 'id = a' })).rejects.toThrow(
      'This index does not have configured filterable attributes.',
    );
  });

  it('lets a granular rule be compared only where it says so, and the first rule that fits win', async () => {
    const index = double.client.index('granular');
    const filter = (equality: boolean, comparison: boolean) => ({
      facetSearch: false,
      filter: { equality, comparison },
    });
    await index
      .updateFilterableAttributes([
        { attributePatterns: ['n_*'], features: filter(true, false) },
        { attributePatterns: ['n_year', 'm'], features: filter(true, true) },
      ])
      .waitTask();
    await index.addDocuments([{ id: 1, n_year: 5, m: 5 }]).waitTask();
    expect((await index.search('', { filter: 'n_year = 5 AND m >= 5' })).hits).toHaveLength(1);
    expect(await codeOf(index.search('', { filter: 'n_year >= 5' }))).toBe('invalid_search_filter');
    expect(await codeOf(index.search('', { filter: 'n_year 1 TO 5' }))).toBe('invalid_search_filter');
  });

  it('has CONTAINS only as an experiment that is off', async () => {
    expect(await codeOf(found('kind CONTAINS a'))).toBe('feature_not_enabled');
  });
});
