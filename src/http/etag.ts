import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError, invalidInput } from '../core/errors.ts';

/** Every record answers with its version as a strong ETag, whoever reads it. */
export function useEtags(app: FastifyInstance): void {
  app.addHook('preSerialization', async (_request, reply, payload) => {
    if (
      payload !== null &&
      typeof payload === 'object' &&
      'version' in payload &&
      typeof payload.version === 'number'
    ) {
      reply.header('etag', `"${payload.version}"`);
    }
    return payload;
  });
}

/**
 * The version in If-Match; null for any: "*", or no header, which a transition may come without.
 * @throws AppError INVALID_INPUT for a header that no ETag of ours looks like
 */
export function expectedVersion(request: FastifyRequest): number | null {
  const header = request.headers['if-match'];
  if (header === undefined || header === '*') return null;
  // A proxy that compresses makes an ETag weak; the version in it still names the same record.
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header);
  if (match?.[1] === undefined) {
    throw invalidInput({
      pointer: '/headers/if-match',
      code: 'if-match',
      message: {
        zh: 'If-Match 应为上次响应的 ETag，例如 "3"',
        en: 'If-Match must be the ETag of an earlier answer, e.g. "3"',
      },
    });
  }
  return Number(match[1]);
}

/**
 * As `expectedVersion`, for a PATCH, which must say what it changes: one version, or with "*" whichever stands (RFC 9110, 13.1.1).
 * @throws AppError PRECONDITION_REQUIRED when no If-Match was sent
 */
export function requiredVersion(request: FastifyRequest): number | null {
  if (request.headers['if-match'] === undefined) {
    throw new AppError('PRECONDITION_REQUIRED', {
      zh: '修改记录必须携带 If-Match（上次读取时的 ETag）。',
      en: 'Send If-Match with the ETag that you read; it keeps two people from overwriting each other.',
    });
  }
  return expectedVersion(request);
}
