import type { FastifyRequest } from 'fastify';
import type { Database } from '../../db/client.ts';
import { type Actor, anonymous } from '../core/actor.ts';
import type { Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { toActor } from './service/accounts.ts';
import { findIdentityOfApiKey, findIdentityOfSession } from './store.ts';
import { bearerIn } from './tokens.ts';

/**
 * Turns a request's bearer token into its actor. No Authorization header is anonymous; a header that is not good is
 * an error on public routes too, since a caller who believes to be signed in must not silently get the public answer.
 */
export function authenticator(deps: { db: Database; clock: Clock }): (request: FastifyRequest) => Promise<Actor> {
  return async (request) => {
    const { authorization } = request.headers;
    if (authorization === undefined) return anonymous;
    const bearer = bearerIn(authorization);
    if (bearer === null) throw invalidToken();
    const now = deps.clock.now();
    if (bearer.kind === 'session') {
      const identity = await findIdentityOfSession(deps.db, bearer.hash, now);
      if (identity === undefined) throw invalidToken();
      return await toActor(deps.db, identity, null);
    }
    const identity = await findIdentityOfApiKey(deps.db, bearer.hash, now);
    if (identity === undefined) throw invalidToken();
    return await toActor(deps.db, identity, identity.scopes);
  };
}

function invalidToken(): AppError {
  return new AppError('UNAUTHENTICATED', {
    zh: '令牌无效、已过期或已撤销，请重新登录。',
    en: 'This token is unknown, expired or revoked; sign in again.',
  });
}
