import { createRequire } from 'node:module';
import type { ErrorObject } from 'ajv';
import type { InputFault } from '../core/errors.ts';

type Localize = (errors: ErrorObject[]) => void;

// The package's types claim a default export that its CommonJS modules do not have.
const require = createRequire(import.meta.url);
const localizeEn: Localize = require('ajv-i18n/localize/en');
const localizeZh: Localize = require('ajv-i18n/localize/zh');

/** At most this many faults are told at once; a flood of them helps nobody. */
export const maxFaults = 50;

/** Ajv's errors as faults with RFC 6901 pointers and sentences in both languages. */
export function faultsOf(errors: readonly ErrorObject[], httpPart: string): InputFault[] {
  const shown = withoutEchoes(errors).slice(0, maxFaults);
  const zh = sentences(shown, localizeZh);
  const en = sentences(shown, localizeEn);
  return shown.map((error, at) => ({
    pointer: pointerOf(error, httpPart),
    code: error.keyword,
    message: { zh: zh[at] ?? '输入有误', en: en[at] ?? 'is not valid' },
  }));
}

/** An `anyOf` reports itself and every branch: what to do is said by the branches other than null. */
function withoutEchoes(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter((error) => error.keyword === 'anyOf').map((error) => `${error.schemaPath}/`);
  const isNullBranch = (error: ErrorObject) =>
    error.keyword === 'type' &&
    error.params.type === 'null' &&
    choices.some((path) => error.schemaPath.startsWith(path));
  const told = errors.filter((error) => error.keyword !== 'anyOf' && !isNullBranch(error));
  return told.length > 0 ? told : [...errors];
}

function pointerOf(error: ErrorObject, httpPart: string): string {
  const base = httpPart === 'body' ? error.instancePath : `/${httpPart}${error.instancePath}`;
  const property: unknown =
    error.keyword === 'required'
      ? error.params.missingProperty
      : error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties'
        ? (error.params.additionalProperty ?? error.params.unevaluatedProperty)
        : error.keyword === 'discriminator'
          ? error.params.tag
          : undefined;
  return typeof property === 'string' ? `${base}/${property.replaceAll('~', '~0').replaceAll('/', '~1')}` : base;
}

function sentences(errors: readonly ErrorObject[], localize: Localize): string[] {
  const copies = errors.map((error) => ({ ...error }));
  localize(copies);
  return copies.map((copy) => `${copy.message ?? ''}${choices(copy)}`);
}

/** The values that an enum allows: the localized sentence only says that there are some. */
function choices({ keyword, params }: ErrorObject): string {
  const values: unknown = keyword === 'enum' ? params.allowedValues : undefined;
  return Array.isArray(values) ? `: ${values.join(', ')}` : '';
}
