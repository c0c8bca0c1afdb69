import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Actor, anonymous } from '../core/actor.ts';
import type { Ctx, IdempotencyClaim } from '../core/ctx.ts';
import { AppError, forbidden, invalidInput } from '../core/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    actor: Actor;
    ctx: Ctx;
  }
}

type BaseCtx = Omit<Ctx, 'actor' | 'requestId' | 'idempotency' | 'span' | 'deliveryId'>;

/** Gives every request its ctx once the actor is known, and holds the operation's access rule against that actor. */
export function useRequestCtx(
  app: FastifyInstance,
  base: BaseCtx,
  authenticate: (request: FastifyRequest) => Promise<Actor>,
): void {
  app.decorateRequest('actor');
  app.decorateRequest('ctx');
  app.addHook('onRoute', (route) => {
    if (route.config?.operation === undefined && route.url.startsWith('/v1')) {
      throw new Error(`${route.method} ${route.url} has no access rule; make it with operation()`);
    }
  });
  app.addHook('onRequest', async (request) => {
    request.actor = anonymous;
    const rule = request.routeOptions.config.operation;
    if (rule === undefined) return;
    request.actor = await authenticate(request);
    if (rule.access === 'signed-in' && request.actor.kind === 'anonymous') {
      throw new AppError('UNAUTHENTICATED', { zh: '请先登录。', en: 'Sign in first.' });
    }
    if (
      request.actor.kind === 'user' &&
      request.actor.scopes !== null &&
      (rule.scope === null || !request.actor.scopes.includes(rule.scope))
    ) {
      throw forbidden({
        zh: rule.scope === null ? '此操作不能使用 API 密钥。' : `此 API 密钥没有“${rule.scope}”权限。`,
        en:
          rule.scope === null
            ? 'This cannot be done with an API key.'
            : `This API key lacks the scope "${rule.scope}".`,
      });
    }
  });
  app.addHook('preHandler', async (request) => {
    const claim = idempotencyClaim(request);
    request.ctx = {
      ...base,
      actor: request.actor,
      requestId: request.id,
      log: request.log,
      ...(claim ? { idempotency: claim } : {}),
      ...(request.span ? { span: request.span } : {}),
    };
  });
}

/** @throws AppError INVALID_INPUT for a key that is empty or longer than 200 characters */
function idempotencyClaim(request: FastifyRequest): IdempotencyClaim | null {
  const key = request.headers['idempotency-key'];
  if (request.method !== 'POST' || key === undefined || request.routeOptions.config.operation?.idempotent === false)
    return null;
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw invalidInput({
      pointer: '/headers/idempotency-key',
      code: 'idempotency-key',
      message: {
        zh: 'Idempotency-Key 应为 1–200 个可见 ASCII 字符',
        en: 'Idempotency-Key must be 1 to 200 visible ASCII characters',
      },
    });
  }
  const bodyHash = createHash('sha256')
    .update(JSON.stringify(request.body ?? null, withoutSecrets))
    .digest('hex');
  return { route: `${request.method} ${request.url}`, key, bodyHash };
}

/** A digest of a password, even inside that of a body, would let a thief of the table try passwords fast. */
function withoutSecrets(name: string, value: unknown): unknown {
  return name === 'password' ? undefined : value;
}
