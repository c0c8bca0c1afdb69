import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { FastifyInstance } from 'fastify';

type Schema = Record<string, unknown>;

/**
 * Holds every response of a test against the schema that its operation promises, with every object closed: a field
 * that a view's schema does not name fails the test, whatever the test was about.
 */
export function responseChecker(
  app: FastifyInstance,
): (method: string, url: string, status: number, body: unknown, mediaType?: string) => void {
  const document = app.swagger() as unknown as {
    paths: Record<string, Record<string, Schema>>;
    components: { schemas?: Schema };
  };
  const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  const templates = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`),
    literals: path.replaceAll(/\{[^}]+\}/g, '').length,
  }));
  templates.sort((a, b) => b.literals - a.literals);
  const compiled = new Map<string, ValidateFunction | null>();

  function validatorFor(method: string, path: string, status: number, mediaType: string): ValidateFunction | null {
    const id = `${method} ${path} ${status} ${mediaType}`;
    const known = compiled.get(id);
    if (known !== undefined) return known;
    const responses = document.paths[path]?.[method]?.responses as
      | Record<string, { content?: Record<string, { schema: Schema }> }>
      | undefined;
    const response = responses?.[String(status)];
    if (responses !== undefined && response === undefined) throw new Error(`${id} is not documented`);
    const content = response?.content ?? {};
    const schema = (content[mediaType] ?? Object.values(content)[0])?.schema;
    const validate =
      schema === undefined ? null : ajv.compile({ ...closed(schema), components: closed(document.components) });
    compiled.set(id, validate);
    return validate;
  }

  return (method, url, status, body, mediaType = '') => {
    const path = templates.find((template) => template.pattern.test(url.split('?')[0] ?? ''))?.path;
    if (path === undefined || status === 400 || status === 404 || status >= 500) return;
    const validate = validatorFor(method.toLowerCase(), path, status, mediaType.split(';')[0] ?? '');
    if (validate !== null && !validate(body)) {
      throw new Error(
        `${method} ${url} ${status} breaks its schema: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`,
      );
    }
  };
}

export function closed(value: unknown): Schema {
  return close(value) as Schema;
}

function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'examples' && key !== 'example');
  const copy: Schema = Object.fromEntries(entries.map(([key, inner]) => [key, close(inner)]));
  const isRecord = copy.patternProperties !== undefined || copy.additionalProperties !== undefined;
  if (copy.type === 'object' && copy.properties !== undefined && !isRecord) copy.additionalProperties = false;
  return copy;
}
