import { lt } from 'drizzle-orm';
import { mailTokens, sessions, signInFailures } from '../../../db/schema/index.ts';
import type { Tx } from '../../core/transaction.ts';

export async function deleteStaleCredentials(
  tx: Tx,
  before: { failures: Date; mailTokens: Date; sessions: Date },
): Promise<number> {
  const failures = await tx.delete(signInFailures).where(lt(signInFailures.at, before.failures));
  const tokens = await tx.delete(mailTokens).where(lt(mailTokens.expiresAt, before.mailTokens));
  const ended = await tx.delete(sessions).where(lt(sessions.expiresAt, before.sessions));
  return (failures.rowCount ?? 0) + (tokens.rowCount ?? 0) + (ended.rowCount ?? 0);
}
