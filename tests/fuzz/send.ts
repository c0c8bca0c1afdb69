import type { InjectOptions } from 'fastify';
import type { Ground, Target } from './ground.ts';
import { edited, writeJson } from './json-text.ts';
import { encoded } from './odd-values.ts';
import type { FuzzOperation, FuzzRequest } from './requests.ts';

export interface WireRequest {
  method: string;
  url: string;
  headers: Record<string, string | string[]>;
  payload: string | undefined;
}

export interface WireAnswer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

/** The request in this world: ids, tokens and versions instead of what stands for them. */
export async function toWire(ground: Ground, operation: FuzzOperation, request: FuzzRequest): Promise<WireRequest> {
  const row = operation.rows[request.row];
  if (row === undefined) throw new Error(`${operation.name} has no row ${request.row}`);
  const target = await ground.target(row, request.caller);
  const [path = '', query] = target.url.split('?');
  const token = request.caller === 'its own' ? null : ground.tokens[request.caller];
  const isTheirs =
    row.able.includes(request.caller) || (row.endsSession === true && token !== ground.tokens.strangerToken);
  const bearer = isTheirs && request.caller !== 'anonymous' ? (target.token ?? token) : token;
  const { payload, contentType } = bodyOf(ground, target, request);
  const headers: WireRequest['headers'] = {};
  if (contentType !== null) headers['content-type'] = contentType;
  Object.assign(headers, target.headers);
  if (request.body.kind === 'text') {
    if (contentType === null) delete headers['content-type'];
    else headers['content-type'] = contentType;
  }
  if (bearer !== null) headers.authorization = `Bearer ${bearer}`;
  for (const [name, value] of request.headers) headers[name] = value;
  const url = withQuery(ground, withSegments(ground, operation.path, path, request), query, request);
  return { method: operation.method, url, headers, payload };
}

export async function send(ground: Ground, { method, url, headers, payload }: WireRequest): Promise<WireAnswer> {
  const options = { method, url, headers, ...(payload === undefined ? {} : { payload }) };
  const response = await ground.api.app.inject(options as InjectOptions);
  return { status: response.statusCode, headers: response.headers, text: response.payload };
}

function bodyOf(
  ground: Ground,
  target: Target,
  { body }: FuzzRequest,
): { payload: string | undefined; contentType: string | null } {
  if (body.kind === 'text') return { payload: body.text, contentType: body.contentType };
  // A form or a file goes as it is.
  if (typeof target.body === 'string') return { payload: target.body, contentType: null };
  const right = target.body;
  const over = body.kind === 'made' && body.over && isPlain(right) && isPlain(body.value);
  const whole = body.kind === 'right' ? right : over ? { ...(right as object), ...(body.value as object) } : body.value;
  if (whole === undefined && body.edits.length === 0) return { payload: undefined, contentType: null };
  const value = edited(whole ?? {}, body.edits);
  return { payload: writeJson(value, (at) => ground.idAt(at)), contentType: 'application/json' };
}

function isPlain(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Puts other values where the operation's path has parameters. */
function withSegments(ground: Ground, template: string, path: string, { segments }: FuzzRequest): string {
  const places = template.split('/').flatMap((part, at) => (part.startsWith('{') ? [at] : []));
  if (places.length === 0) return path;
  const parts = path.split('/');
  for (const { at, value } of segments) {
    const place = places[at % places.length] ?? 0;
    parts[place] = typeof value === 'string' ? value : ground.idAt(value.$id);
  }
  return parts.join('/');
}

function withQuery(ground: Ground, path: string, query: string | undefined, request: FuzzRequest): string {
  const asked = request.query.map(({ name, value }) => `${encoded(name)}=${encoded(textOf(ground, value))}`);
  const pairs = [...(query === undefined ? [] : [query]), ...asked];
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

function textOf(ground: Ground, value: unknown): string {
  if (value !== null && typeof value === 'object') {
    if ('$id' in value) return ground.idAt(Number(value.$id));
    if ('$cursor' in value) return ground.cursorAt(Number(value.$cursor)) ?? '';
    return JSON.stringify(value);
  }
  return String(value);
}

/** Undefined for what is no JSON. */
export function jsonOf({ text }: WireAnswer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As a shell command, for people. */
export function curlOf({ method, url, headers, payload }: WireRequest): string {
  const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
  const lines = Object.entries(headers).flatMap(([name, value]) =>
    [value].flat().map((one) => `-H ${quote(`${name}: ${one}`)}`),
  );
  const body = payload === undefined ? [] : [`--data-binary ${quote(payload)}`];
  return [`curl -X ${method} ${quote(`http://localhost:3000${url}`)}`, ...lines, ...body].join(' ');
}
