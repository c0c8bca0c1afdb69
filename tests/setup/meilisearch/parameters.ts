import type { Field, Read, Reader } from './checks.ts';
import { MeilisearchError } from './errors.ts';
import type { Json } from './json.ts';

type Fields = Record<string, Field<unknown>>;

function invalid(name: string, code: string, why: string): MeilisearchError {
  return new MeilisearchError(code, `Invalid value in parameter \`${name.replace(/^\./, '')}\`: ${why}`);
}

/** Parameters of a query string; one that is not known is refused as an unknown field is. */
export function readParameters<F extends Fields>(given: URLSearchParams, fields: F): Read<F> {
  const read: Record<string, unknown> = {};
  for (const [name, value] of given) {
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (known === undefined) {
      const names = Object.keys(fields).map((one) => `\`${one}\``);
      throw new MeilisearchError('bad_request', `Unknown parameter \`${name}\`: expected one of ${names.join(', ')}`);
    }
    const one = known.read(value, name, known.code);
    if (one !== undefined) read[name] = one;
  }
  return read as Read<F>;
}

export function text(value: Json): string {
  return String(value);
}

export function count(value: Json, name: string, code: string): number {
  const given = String(value);
  if (!/^\d+$/.test(given)) throw invalid(name, code, `could not parse \`${given}\` as a positive integer`);
  return Number(given);
}

export function boolean(value: Json, name: string, code: string): boolean {
  const given = String(value);
  if (given !== 'true' && given !== 'false')
    throw invalid(name, code, `could not parse \`${given}\` as a boolean, expected either \`true\` or \`false\``);
  return given === 'true';
}

/** `a,b`, or `*` for all, which is as if it were not given. */
export function commaList<T>(read: Reader<T>): Reader<T[]> {
  return (value, name, code) => {
    const given = String(value);
    if (given === '*') return undefined;
    return given.split(',').map((one) => read(one.trim(), name, code) as T);
  };
}

export function oneOf<T extends string>(...allowed: readonly T[]): Reader<T> {
  return (value, name, code) => {
    const given = String(value);
    const found = allowed.find((one) => one.toLowerCase() === given.toLowerCase());
    if (found !== undefined) return found;
    throw invalid(name, code, `\`${given}\` is not a valid value. Available values are ${allowed.join(', ')}.`);
  };
}

/** RFC 3339 or a date; milliseconds since 1970. */
export function instant(value: Json, name: string, code: string): number {
  const at = Date.parse(String(value));
  const why = `\`${value}\` is an invalid date-time. It should follow the YYYY-MM-DD or RFC 3339 date-time format.`;
  if (Number.isNaN(at)) throw invalid(name, code, why);
  return at;
}
