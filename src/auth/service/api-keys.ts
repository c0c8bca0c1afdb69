import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { Page } from '../../core/paging.ts';
import { transaction } from '../../core/transaction.ts';
import type { CreateApiKey } from '../inputs.ts';
import { signedIn } from '../policy.ts';
import { maxApiKeys } from '../rules.ts';
import { insertApiKey, listApiKeysOf, lockUser, revokeApiKeyRow } from '../store.ts';
import { newToken, shownPrefix } from '../tokens.ts';
import { type ApiKeyView, type CreatedApiKeyView, toApiKeyView } from '../views.ts';

/**
 * A key for a machine that acts for this person, within its scopes. The answer is the only place where it is whole.
 * @throws AppError INVALID_INPUT for an expiry that has passed, CONFLICT when the person has as many as one may have
 */
export async function createApiKey(ctx: Ctx, input: CreateApiKey): Promise<CreatedApiKeyView> {
  const { userId } = signedIn(ctx.actor);
  const { token, hash } = newToken('api_key');
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const expiresAt = input.expiresAt === undefined ? null : new Date(input.expiresAt);
    // The format knows leap seconds, JavaScript does not: such a time is later than nothing.
    if (expiresAt !== null && !(expiresAt > now)) {
      throw invalidInput({
        pointer: '/expiresAt',
        code: 'past',
        message: { zh: '失效时间应晚于现在', en: 'must be in the future' },
      });
    }
    found(await lockUser(tx, userId));
    if ((await listApiKeysOf(tx, userId, 'standing')).length >= maxApiKeys) {
      throw conflict({
        zh: `最多可有 ${maxApiKeys} 个 API 密钥，请先撤销不用的。`,
        en: `One person may have ${maxApiKeys} API keys; revoke one that is not used.`,
      });
    }
    const key = found(
      await insertApiKey(tx, {
        id: newId(),
        userId,
        name: input.name.trim(),
        prefix: shownPrefix(token),
        keyHash: hash,
        scopes: input.scopes,
        expiresAt,
        createdAt: now,
      }),
    );
    await audit(tx, ctx, {
      action: 'api_key.create',
      subjectType: 'api_key',
      subjectId: key.id,
      details: { scopes: input.scopes },
    });
    return { ...toApiKeyView(key), key: token };
  });
}

/** All keys of the person that are not revoked, in one page: there are few. */
export async function listApiKeys(ctx: Ctx): Promise<Page<ApiKeyView>> {
  const { userId } = signedIn(ctx.actor);
  const rows = await listApiKeysOf(ctx.db, userId, 'standing');
  return { items: rows.map(toApiKeyView), nextCursor: null };
}

export async function revokeApiKey(ctx: Ctx, id: string): Promise<void> {
  const { userId } = signedIn(ctx.actor);
  await transaction(ctx, async (tx) => {
    const key = found(await revokeApiKeyRow(tx, userId, id, ctx.clock.now()));
    await audit(tx, ctx, { action: 'api_key.revoke', subjectType: 'api_key', subjectId: key.id });
    return null;
  });
}
