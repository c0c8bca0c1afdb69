import { readTransaction } from '../../src/core/transaction.ts';
import { type Renewal, renewalToken } from '../../src/notifications/renewal-token.ts';
import { getSigningSecret } from '../../src/notifications/store/preferences.ts';
import type { TestApi } from './api.ts';

/** The token that the mail of this question carries. */
export async function renewalTokenOf(api: TestApi, renewal: Renewal): Promise<string> {
  const system = api.deps.ctxFor({ kind: 'system', name: 'test' });
  return renewalToken(renewal, await readTransaction(system, (tx) => getSigningSecret(tx, 'unsubscribe')));
}
