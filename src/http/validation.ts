import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { type InputFault, invalidInput } from '../core/errors.ts';
import type { Text } from '../core/text.ts';
import { faultsOf, maxFaults } from './input-errors.ts';
import { unreadFaults } from './unread-input.ts';

// JSON's 1e999 is JavaScript's Infinity, which no column keeps.
const common = {
  allErrors: true,
  useDefaults: true,
  removeAdditional: false,
  strict: false,
  strictNumbers: true,
  discriminator: true,
} as const;

/**
 * Bodies are taken as they are: a number in quotes is a fault. Path and query are text by nature, so there it is read
 * as what the schema wants. Every fault is reported, and an unknown property is one.
 */
export function useStrictValidation(app: FastifyInstance): void {
  const forBodies = withFormats(new Ajv({ ...common, coerceTypes: false }));
  const forText = withFormats(new Ajv({ ...common, coerceTypes: 'array' }));
  app.setValidatorCompiler<FastifySchema>(({ schema, httpPart }) => {
    const ajv = httpPart === 'body' ? forBodies : forText;
    return compiledWhenUsed(ajv, schema as object);
  });
  app.addHook('preValidation', async (request) => {
    const misshapen = shapeFaults(request.body, '', 0);
    const faults = misshapen.length > 0 ? misshapen : unreadFaults(request);
    if (faults.length > 0) throw invalidInput(...faults.slice(0, maxFaults));
  });
  // Views are made field by field in views.ts; tests hold every response against its schema.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
}

/** What a body of this schema would be refused for; for inputs that do not come as bodies. */
export function bodyChecker(schema: FastifySchema['body']): (input: unknown) => InputFault[] {
  const validate = compiledWhenUsed(withFormats(new Ajv({ ...common, coerceTypes: false })), schema as object);
  return (input) => (validate(input) ? [] : faultsOf(validate.errors ?? [], 'body'));
}

/** All schemas together take a third of the program's start, and one of them some milliseconds of the first request that needs it. */
function compiledWhenUsed(ajv: Ajv, schema: object): Validate {
  let compiled: ValidateFunction | undefined;
  const validate: Validate = (data) => {
    compiled ??= ajv.compile(schema);
    const isValid = compiled(data);
    validate.errors = compiled.errors ?? null;
    return isValid;
  };
  return validate;
}

interface Validate {
  (data: unknown): boolean;
  /** Of the last call. */
  errors?: ErrorObject[] | null;
}

/** The common formats; but a UUID is written as PostgreSQL reads one, without `urn:uuid:`. */
function withFormats(ajv: Ajv): Ajv {
  return addFormats.default(ajv).addFormat('uuid', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i);
}

/** No input of ours goes half as deep; what goes much deeper would use up the stack. */
const maxDepth = 20;

/** JSON can carry U+0000 and halves of surrogate pairs; PostgreSQL keeps neither. */
function shapeFaults(value: unknown, pointer: string, depth: number): InputFault[] {
  if (typeof value === 'string') {
    return value.includes('\u0000') || loneSurrogate.test(value)
      ? [{ pointer, code: 'character', message: unkeepable }]
      : [];
  }
  if (value === null || typeof value !== 'object') return [];
  if (depth === maxDepth) return [{ pointer, code: 'depth', message: tooDeep }];
  return Object.entries(value).flatMap(([name, inner]) =>
    shapeFaults(inner, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1),
  );
}

const loneSurrogate = /\p{Surrogate}/u;
const unkeepable: Text = { zh: '含有无法保存的字符', en: 'holds a character that cannot be kept' };
const tooDeep: Text = { zh: '嵌套层次过深', en: 'is nested too deeply' };
