import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { type InputFault, invalidInput } from '../core/errors.ts';

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
  app.addHook('preValidation', async (request) => {
    const faults = characterFaults(request.body, '');
    if (faults.length > 0) throw invalidInput(...faults);
  });
  // Views are made field by field in views.ts; tests hold every response against its schema.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

/** JSON can carry U+0000 and halves of surrogate pairs; PostgreSQL keeps neither. */
function characterFaults(value: unknown, pointer: string): InputFault[] {
  if (typeof value === 'string') {
    return value.includes('\u0000') || loneSurrogate.test(value)
      ? [
          {
            pointer,
            code: 'character',
            message: { zh: '含有无法保存的字符', en: 'holds a character that cannot be kept' },
          },
        ]
      : [];
  }
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    characterFaults(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

const loneSurrogate = /\p{Surrogate}/u;
