import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyInstance, FastifySchema } from 'fastify';

/**
 * Bodies are taken as they are: a number in quotes is a fault. Path and query are text by nature, so there it is read
 * as what the schema wants. Every fault is reported, and an unknown property is one.
 */
export function useStrictValidation(app: FastifyInstance): void {
  const common = { allErrors: true, useDefaults: true, removeAdditional: false, strict: false } as const;
  const forBodies = addFormats.default(new Ajv({ ...common, coerceTypes: false }));
  const forText = addFormats.default(new Ajv({ ...common, coerceTypes: 'array' }));
  app.setValidatorCompiler<FastifySchema>(({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? forBodies : forText;
    return ajv.compile(schema) as ValidateFunction;
  });
  // Views are made field by field in views.ts; tests hold every response against its schema.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}
