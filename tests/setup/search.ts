import { fillIndex } from '../../workers/readers/fill-index.ts';
import type { TestApi } from './api.ts';

/** As the worker's reader does at its first start; without it every answer says that the index is being filled. */
export async function fillSearchIndex({ deps }: Pick<TestApi, 'deps'>): Promise<void> {
  await fillIndex(deps.ctxFor({ kind: 'system', name: 'search-index' }), deps.searchEngines.postgres);
}
