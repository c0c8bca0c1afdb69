import type { FastifyInstance, FastifyRequest } from 'fastify';

/** JSON as Fastify reads it, and an empty body is none: many clients name a content type on every request. */
export function useJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body, done);
  });
}

/** For bodies of which every property is optional: a `preValidation` hook that takes none for an empty one. */
export async function bodyMayBeAbsent(request: FastifyRequest): Promise<void> {
  request.body ??= {};
}
