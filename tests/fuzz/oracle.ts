import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { closed } from '../setup/response-schema.ts';
import type { Schema } from './from-schema.ts';
import { jsonOf, type WireAnswer, type WireRequest } from './send.ts';

interface Document {
  paths: Record<string, Record<string, Schema>>;
  components: { schemas: Record<string, Schema> };
}

interface Known {
  pattern: RegExp;
  literals: number;
  item: Record<string, Schema>;
}

/** A body is read, and refused if it cannot be, before it is said that there is nothing at the address. */
const notRouted = [400, 404, 405, 413, 414, 415];
/** As in `src/app.ts`. */
const maxParamLength = 200;
/** What a problem must never tell: our files, our SQL, the driver. */
const leak = /node_modules|\.ts:\d|\bat [\w.]+ \(|select .+ from |insert into |SQLSTATE|\bpg_/i;

/** Says what is wrong with an answer, whatever was asked. */
export class Oracle {
  readonly #document: Document;
  readonly #known: Known[];
  readonly #ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
  readonly #validators = new Map<unknown, ValidateFunction>();

  constructor(document: object) {
    this.#document = document as Document;
    this.#known = Object.entries(this.#document.paths)
      .map(([path, item]) => ({
        pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/g, '[^/]*')}$`),
        literals: path.replaceAll(/\{[^}]+\}/g, '').length,
        item,
      }))
      .sort((a, b) => b.literals - a.literals);
  }

  /** @returns one sentence for each fault, that stays the same for the same fault; empty when the answer is right */
  faultsOf(request: Pick<WireRequest, 'method' | 'url'>, answer: WireAnswer): string[] {
    const { status, headers, text } = answer;
    if (status >= 500) return [`answers ${status}`];
    const mediaType = String(headers['content-type'] ?? '').split(';')[0] ?? '';
    const faults: string[] = [];
    const isHead = request.method === 'HEAD';
    if (headers['x-request-id'] === undefined) faults.push(`${status} has no X-Request-Id`);
    if (status === 401 && headers['www-authenticate'] === undefined) faults.push('401 has no WWW-Authenticate');
    if (status === 405 && headers.allow === undefined) faults.push('405 has no Allow');
    if (status === 429 && headers['retry-after'] === undefined) faults.push('429 has no Retry-After');
    if (isHead && text !== '') faults.push(`HEAD answers ${status} with a body`);
    if (status >= 400 && !isHead) faults.push(...this.#problemFaults(answer, mediaType));
    const operation = this.#operationAt(request);
    if (operation === null || isAddressFault(request.url, status)) {
      return notRouted.includes(status) ? faults : [...faults, `${status} at an address that is no operation`];
    }
    const documented: Schema | undefined = operation.responses[String(status)];
    if (documented === undefined) return [...faults, `${status} is not documented`];
    if (status < 400 && !isHead) faults.push(...this.#bodyFaults(documented, mediaType, answer));
    return faults;
  }

  #operationAt({ method, url }: Pick<WireRequest, 'method' | 'url'>): Schema | null {
    const { pathname } = new URL(`http://localhost${url}`);
    // Routed by method: where another operation has the very words, {id} may stand for them.
    const name = method === 'HEAD' ? 'get' : method.toLowerCase();
    return this.#known.find(({ pattern, item }) => name in item && pattern.test(pathname))?.item[name] ?? null;
  }

  #problemFaults(answer: WireAnswer, mediaType: string): string[] {
    const { status, text } = answer;
    if (mediaType !== 'application/problem+json') return [`${status} is ${mediaType || 'nothing'}, no problem+json`];
    const problem = jsonOf(answer);
    const validate = this.#validatorOf(this.#document.components.schemas.Problem ?? {});
    if (!validate(problem))
      return [`${status} breaks the schema of a problem: ${this.#ajv.errorsText(validate.errors)}`];
    const faults = [];
    if ((problem as Schema).status !== status) faults.push(`${status} is told as another status`);
    if (leak.test(text)) faults.push(`${status} tells what is inside`);
    return faults;
  }

  #bodyFaults(documented: Schema, mediaType: string, answer: WireAnswer): string[] {
    const { status, text } = answer;
    const content: Record<string, { schema?: Schema }> = documented.content ?? {};
    if (status === 204) return text === '' ? [] : ['204 has a body'];
    const { schema } = content[mediaType] ?? content['*/*'] ?? {};
    if (schema === undefined) return [`${status} comes as ${mediaType || 'nothing'}, not documented`];
    if (!/json$/.test(mediaType) || schema.format === 'binary') return [];
    const validate = this.#validatorOf(schema);
    const body = jsonOf(answer);
    return validate(body) ? [] : [`${status} breaks its schema: ${this.#ajv.errorsText(validate.errors)}`];
  }

  #validatorOf(schema: Schema): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known !== undefined) return known;
    const validate = this.#ajv.compile({ ...closed(schema), components: closed(this.#document.components) });
    this.#validators.set(schema, validate);
    return validate;
  }
}

/** Whether the router refuses the address before there is an operation: a part is empty, too long, or cannot be decoded. */
function isAddressFault(url: string, status: number): boolean {
  const [, ...parts] = new URL(`http://localhost${url}`).pathname.split('/');
  if (status === 404) return parts.includes('');
  if (status === 414) return parts.some((part) => part.length > maxParamLength);
  return status === 400 && parts.some((part) => !canDecode(part));
}

function canDecode(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
