import { field, list, number, type Read, readFields, required, string } from './checks.ts';
import type { Database } from './database.ts';
import { MeilisearchError, NotEmulated } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import { search } from './search.ts';
import { searchFields } from './search-input.ts';

const federationOptions = (value: Json, at: string, code: string) =>
  readFields(value, { weight: field('invalid_multi_search_weight', number) }, at, code);

const queryFields = {
  indexUid: field('invalid_index_uid', string),
  ...searchFields,
  federationOptions: field('invalid_multi_search_federation_options', federationOptions),
};

type Query = Read<typeof queryFields>;

const bodyFields = {
  queries: field(
    'bad_request',
    list((value, at) => readFields(value, queryFields, at)),
  ),
  federation: field('invalid_multi_search_federated', (value) => {
    if (value === null) return undefined;
    throw new NotEmulated('federated search');
  }),
};

/**
 * Several searches in one request: the first that fails fails all, told with its place and always with 400, also
 * where the search alone would have said 404.
 */
export function multiSearch(database: Database, body: Json, allows: (uid: string) => void): JsonObject {
  const queries = required(readFields(body, bodyFields).queries, 'queries', 'bad_request') as Query[];
  const uids = queries.map((query, at) => required(query.indexUid, 'indexUid', 'missing_index_uid', `.queries[${at}]`));
  uids.forEach(allows);
  const results = queries.map(({ indexUid: _uid, federationOptions: options, ...request }, at) => {
    const place = `Inside \`.queries[${at}]\``;
    if (options !== undefined)
      throw new MultiSearchError(
        'invalid_multi_search_federation_options',
        `${place}: Using \`federationOptions\` is not allowed in a non-federated search.\n - Hint: remove \`federationOptions\` from query #${at} or add \`federation\` to the request.`,
      );
    const indexUid = uids[at] as string;
    try {
      return { indexUid, ...search(database.get(indexUid), request) };
    } catch (error) {
      if (!(error instanceof MeilisearchError)) throw error;
      throw new MultiSearchError(error.code, `${place}: ${error.message}`);
    }
  });
  return { results };
}

class MultiSearchError extends MeilisearchError {
  override get status(): number {
    return 400;
  }
}
