import { readTransaction } from '../../src/core/transaction.ts';
import { getSigningSecret } from '../../src/notifications/store/preferences.ts';
import { type Subscription, unsubscribeToken } from '../../src/notifications/unsubscribe-token.ts';
import type { TestApi } from './api.ts';

/** The token that mails of this kind to this person carry. */
export async function unsubscribeTokenOf(api: TestApi, userId: string, subscription: Subscription): Promise<string> {
  const system = api.deps.ctxFor({ kind: 'system', name: 'test' });
  const secret = await readTransaction(system, (tx) => getSigningSecret(tx, 'unsubscribe'));
  return unsubscribeToken(userId, subscription, secret);
}
