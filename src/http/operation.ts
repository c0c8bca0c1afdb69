import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { problemId } from './problem.ts';

/** Who may call an operation at all; the verb's policy says who may do what to which record. */
export type Access = 'public' | 'signed-in';

/** What an API key must have been given to call an operation. Sessions may do all that their person may. */
export const scopes = ['read', 'records:write', 'matches:write', 'projects:write', 'organizations:write'] as const;
export type Scope = (typeof scopes)[number];

export interface OperationConfig {
  access: Access;
  /** null: never with an API key. */
  scope: Scope | null;
  /** False for answers that hold a secret: they are not kept for a repeat. */
  idempotent: boolean;
  rateLimit?: { max: number; timeWindow: string };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: OperationConfig;
  }
}

interface OperationOptions<Parts extends object> {
  id: string;
  summary: string;
  description?: string;
  tag: string;
  access: Access;
  scope?: Scope | null;
  idempotent?: boolean;
  /** `params`, `querystring`, `body`. */
  input?: Parts;
  status?: 200 | 201 | 202 | 204;
  output: TSchema;
  /** Problems that this operation has besides those of every operation (422, 429, 503), and of every body (`documentBodies`). */
  problems?: readonly (401 | 403 | 404 | 409 | 412 | 428)[];
}

const meanings: Record<number, string> = {
  400: 'The body is no JSON.',
  401: 'No valid bearer token was sent.',
  403: 'The caller sees the record and may not do this to it.',
  404: 'There is no such record for this caller.',
  409: 'The record is in another state, named in `state`, or the same record exists already.',
  412: 'The record has changed since the version in If-Match.',
  413: 'The body is larger than 1 MiB.',
  415: 'The body is not sent as application/json.',
  422: 'The input has faults; `errors` has a pointer for each.',
  428: 'If-Match is required.',
  429: 'Too many requests; see Retry-After.',
  503: 'The database is away, or there is more to do than can be done; see Retry-After.',
};

/** One operation of the API: its documentation, its schemas and its access rule in one value that a route is made of. */
export function operation<const Parts extends object = Record<never, never>>(options: OperationOptions<Parts>) {
  const {
    id,
    summary,
    description,
    tag,
    access,
    scope = 'read',
    idempotent = true,
    input,
    status = 200,
    output,
  } = options;
  // A bad token or an API key without the scope is refused on public operations, too.
  const problems = [401, 403, 422, 429, 503, ...(options.problems ?? [])];
  const responses: Record<number, unknown> = {
    [status]: status === 204 ? Type.Null({ description: 'Done.' }) : output,
  };
  for (const code of [...new Set(problems)].sort()) responses[code] = problemResponse(code);
  return {
    schema: {
      operationId: id,
      summary,
      description: description ?? summary,
      tags: [tag],
      security: access === 'public' ? [] : [{ bearer: [] }],
      response: responses,
      ...(input as Parts),
    },
    config: { operation: { access, scope, idempotent } satisfies OperationConfig },
  };
}

function problemResponse(status: number) {
  return {
    description: meanings[status],
    content: { 'application/problem+json': { schema: Type.Ref(problemId) } },
  };
}

/** The problems of every body: it is read with every method but GET, also where an operation wants none. */
export function documentBodies(app: FastifyInstance): void {
  app.addHook('onRoute', ({ method, config, schema }) => {
    if (config?.operation === undefined || [method].flat().every((each) => each === 'GET' || each === 'HEAD')) return;
    const responses = schema?.response as Record<number, unknown>;
    for (const status of [400, 413, 415]) responses[status] ??= problemResponse(status);
  });
}

export const IdParams = Type.Object({
  id: Type.String({ format: 'uuid', examples: ['0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d'] }),
});
