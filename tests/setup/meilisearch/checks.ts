import { MeilisearchError } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';

/**
 * Reads one value of a request body or fails with the code of its field.
 * `at` is the place as the server's messages name it: `.queries[0].limit`. `undefined` says: as if it were not there.
 */
export type Reader<T> = (value: Json, at: string, code: string) => T | undefined;

export interface Field<T> {
  code: string;
  read: Reader<T>;
}

type Fields = Record<string, Field<unknown>>;
export type Read<F extends Fields> = { [K in keyof F]?: F[K] extends Field<infer T> ? T : never };

export function field<T>(code: string, read: Reader<T>): Field<T> {
  return { code, read };
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  const shown = `: \`${JSON.stringify(value)}\``;
  if (Array.isArray(value)) return `an array${shown}`;
  if (isObject(value)) return `an object${shown}`;
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return `a number${shown}`;
    return `a ${value < 0 ? 'negative' : 'positive'} integer${shown}`;
  }
  return `a ${typeof value}${shown}`;
}

export function wrongType(value: Json, at: string, code: string, expected: string): MeilisearchError {
  const place = at === '' ? '' : ` at \`${at}\``;
  return new MeilisearchError(code, `Invalid value type${place}: expected ${expected}, but found ${kindOf(value)}`);
}

export function string(value: Json, at: string, code: string): string {
  if (typeof value !== 'string') throw wrongType(value, at, code, 'a string');
  return value;
}

export function boolean(value: Json, at: string, code: string): boolean {
  if (typeof value !== 'boolean') throw wrongType(value, at, code, 'a boolean');
  return value;
}

export function count(value: Json, at: string, code: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw wrongType(value, at, code, 'a positive integer');
  return value;
}

export function number(value: Json, at: string, code: string): number {
  if (typeof value !== 'number') throw wrongType(value, at, code, 'a number');
  return value;
}

export function anything(value: Json): Json {
  return value;
}

export function nullable<T>(read: Reader<T>): Reader<T> {
  return (value, at, code) => (value === null ? undefined : read(value, at, code));
}

export function list<T>(read: Reader<T>): Reader<T[]> {
  return (value, at, code) => {
    if (!Array.isArray(value)) throw wrongType(value, at, code, 'an array');
    return value.map((one, index) => read(one, `${at}[${index}]`, code) as T);
  };
}

export function oneOf<T extends string>(...allowed: readonly T[]): Reader<T> {
  return (value, at, code) => {
    const given = string(value, at, code);
    const found = allowed.find((one) => one === given);
    if (found !== undefined) return found;
    const names = allowed.map((one) => `\`${one}\``).join(', ');
    throw new MeilisearchError(code, `Unknown value \`${given}\` at \`${at}\`: expected one of ${names}`);
  };
}

/** An object with these fields and no other: what the server does not know it refuses everywhere. */
export function readFields<F extends Fields>(value: Json, fields: F, at = '', code = 'bad_request'): Read<F> {
  if (!isObject(value)) throw wrongType(value, at, code, 'an object');
  const read: JsonObject = {};
  for (const [name, given] of Object.entries(value)) {
    const known = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (known === undefined) {
      const inside = at === '' ? '' : ` inside \`${at}\``;
      const names = Object.keys(fields).map((one) => `\`${one}\``);
      const message = `Unknown field \`${name}\`${inside}: expected one of ${names.join(', ')}`;
      throw new MeilisearchError('bad_request', message);
    }
    const one = known.read(given, `${at}.${name}`, known.code);
    if (one !== undefined) read[name] = one as Json;
  }
  return read as Read<F>;
}

export function required<T>(value: T | undefined, name: string, code: string, at = ''): T {
  if (value !== undefined) return value;
  throw new MeilisearchError(code, `Missing field \`${name}\`${at === '' ? '' : ` inside \`${at}\``}`);
}
