import type { IncomingMessage } from 'node:http';
import { MeilisearchError, NotEmulated } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Access } from './keys.ts';

export interface Received {
  method: string;
  path: string;
  query: URLSearchParams;
  /** The query string as it came, with its question mark; empty without one. */
  queryText: string;
  contentType: string | undefined;
  body: Buffer;
}

export interface Request extends Received {
  params: Record<string, string>;
  access: Access;
}

export interface Answer {
  status: number;
  body?: Json;
}

export function ok(body: Json): Answer {
  return { status: 200, body };
}

/** The whole body, or an error once it is longer than the limit; the rest is read and thrown away. */
export async function readBody(message: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= maxBytes) chunks.push(chunk);
  }
  if (bytes <= maxBytes) return Buffer.concat(chunks);
  const [unit, divisor] = maxBytes % 1_000_000 === 0 ? ['MB', 1_000_000] : ['bytes', 1];
  const message413 = `The provided payload reached the size limit. The maximum accepted payload size is ${maxBytes / Number(divisor)} ${unit}.`;
  throw new MeilisearchError('payload_too_large', message413);
}

function checkContentType(request: Received, accepted: readonly string[]): string {
  const names = accepted.map((one) => `\`${one}\``).join(', ');
  const given = request.contentType?.split(';')[0]?.trim();
  if (given === undefined)
    throw new MeilisearchError(
      'missing_content_type',
      `A Content-Type header is missing. Accepted values for the Content-Type header are: ${names}`,
    );
  if (!accepted.includes(given))
    throw new MeilisearchError(
      'invalid_content_type',
      `The Content-Type \`${given}\` is invalid. Accepted values for the Content-Type header are: ${names}`,
    );
  return given;
}

/** As the server reads JSON: half of a surrogate pair is no character, and breaks the whole. */
function parsed(source: string): Json {
  if (!/\\u[dD][89a-fA-F]/u.test(source)) return JSON.parse(source);
  return JSON.parse(source, (key, value: unknown) => {
    if (/\p{Surrogate}/u.test(key) || (typeof value === 'string' && /\p{Surrogate}/u.test(value)))
      throw new SyntaxError('lone surrogate in hex escape');
    return value;
  });
}

/** A body of JSON; without one the server takes it for broken JSON. */
export function jsonBody(request: Received): Json {
  checkContentType(request, ['application/json']);
  try {
    return parsed(request.body.toString());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new MeilisearchError('malformed_payload', `The json payload provided is malformed. \`${why}\`.`);
  }
}

/** Documents as JSON (one or an array of them) or as lines of JSON. */
export function documentsBody(request: Received): JsonObject[] {
  const type = checkContentType(request, ['application/json', 'application/x-ndjson', 'text/csv']);
  const format = type === 'application/json' ? 'json' : type === 'text/csv' ? 'csv' : 'ndjson';
  const source = request.body.toString();
  if (source.trim() === '') throw new MeilisearchError('missing_payload', `A ${format} payload is missing.`);
  const malformed = (why: string) =>
    new MeilisearchError('malformed_payload', `The \`${format}\` payload provided is malformed. \`${why}\`.`);
  if (format === 'csv') throw new NotEmulated('documents as CSV');
  let read: Json[];
  try {
    const whole: Json =
      format === 'json'
        ? parsed(source)
        : source
            .split('\n')
            .filter((line) => line.trim() !== '')
            .map((line) => parsed(line));
    read = Array.isArray(whole) ? whole : [whole];
  } catch (error) {
    throw malformed(`Couldn't serialize document value: ${error instanceof Error ? error.message : error}`);
  }
  return read.map((one) => {
    if (!isObject(one)) throw malformed("Couldn't serialize document value: invalid type, expected a map");
    return one;
  });
}
