import type { FastifyInstance } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { Ctx } from '../core/ctx.ts';
import { expectedVersion } from './etag.ts';
import { bodyMayBeAbsent } from './json-body.ts';
import { operation, type Scope } from './operation.ts';

/** What the steps of one kind of record have in common. */
interface StepsOptions<Params extends TSchema> {
  tag: string;
  scope: Scope;
  /** As `/campaigns/:id`; a step is posted to its name below that. */
  path: string;
  params: Params;
  output: TSchema;
}

interface StepDocument<Body extends TSchema | undefined> {
  id: string;
  summary: string;
  description?: string;
  /** A reason, as a rule. */
  body?: Body;
  /** Nothing need be said with it. */
  isBodyOptional?: boolean;
}

/** What a step was asked for with. */
interface Asked<Params extends TSchema, Body extends TSchema | undefined> {
  params: Static<Params>;
  /** From If-Match; null for any. */
  expectedVersion: number | null;
  body: Body extends TSchema ? Static<Body> : undefined;
}

/**
 * The routes by which records are moved from state to state: POST …/:id/<verb>, signed in, with an ETag of the record or without,
 * with a body that says why or without, and the record as answer.
 * @returns what adds the route of one step
 */
export function stepRoutes<Params extends TSchema>(app: FastifyInstance, options: StepsOptions<Params>) {
  const { path, params, ...shared } = options;
  return <Body extends TSchema | undefined = undefined>(
    verb: string,
    { body, isBodyOptional = false, ...document }: StepDocument<Body>,
    take: (ctx: Ctx, asked: Asked<Params, Body>) => Promise<unknown>,
  ): void => {
    const described = operation({
      ...document,
      ...shared,
      access: 'signed-in',
      input: body === undefined ? { params } : { params, body },
      problems: [404, 409, 412],
    });
    app.post(
      `${path}/${verb}`,
      isBodyOptional ? { ...described, preValidation: bodyMayBeAbsent } : described,
      (request) => {
        const { ctx, params, body } = request;
        // Checked by the schemas of this very route.
        return take(ctx, { params, body, expectedVersion: expectedVersion(request) } as Asked<Params, Body>);
      },
    );
  };
}
