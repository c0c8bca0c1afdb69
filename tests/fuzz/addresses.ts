import fc from 'fast-check';
import { type CallerName, callerNames, type Ground } from './ground.ts';
import { oddHeader, oddSegment } from './odd-values.ts';
import type { WireRequest } from './send.ts';

/** A method and an address that are perhaps no operation. */
export interface AddressRequest {
  method: string;
  caller: CallerName;
  parts: (string | { $id: number })[];
  query: string;
  headers: [string, string | string[]][];
  payload: string | null;
}

const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'PURGE'];

/** @param paths of the document; parts of several may be mixed, left out, doubled or odd */
export function addressRequests(paths: readonly string[]): fc.Arbitrary<AddressRequest> {
  const words = [...new Set(paths.flatMap((path) => path.split('/')))].filter((word) => !/^\{|^stream$/.test(word));
  const id = fc.nat({ max: 99 }).map(($id) => ({ $id }));
  const part = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, { weight: 2, arbitrary: id }, oddSegment);
  const known = fc
    .constantFrom(...paths.filter((path) => !path.endsWith('/stream')))
    .map((path) => path.split('/').slice(1))
    .chain((names) => fc.tuple(...names.map((name) => (name.startsWith('{') ? id : fc.constant(name)))));
  return fc.record({
    method: fc.constantFrom(...methods),
    caller: fc.constantFrom(...callerNames),
    parts: fc.oneof(
      known,
      fc.tuple(known, fc.array(part, { minLength: 1, maxLength: 2 })).map(([first, rest]) => [...first, ...rest]),
      fc.array(part, { maxLength: 5 }),
    ),
    query: fc.constantFrom('', '?', '?limit=1', '?%zz', '?a=%00', `?q=${'x'.repeat(9_000)}`, '?&&=&', '#a', '?a#b'),
    headers: fc.array(oddHeader, { maxLength: 1 }),
    payload: fc.constantFrom(null, '{}', '{', 'x'.repeat(2_000)),
  });
}

export function addressToWire(ground: Ground, request: AddressRequest): WireRequest {
  const { method, caller, parts, query, payload } = request;
  const path = parts.map((part) => (typeof part === 'string' ? part : ground.idAt(part.$id))).join('/');
  const token = caller === 'its own' ? null : ground.tokens[caller];
  const headers: WireRequest['headers'] = token === null ? {} : { authorization: `Bearer ${token}` };
  if (payload !== null) headers['content-type'] = 'application/json';
  for (const [name, value] of request.headers) headers[name] = value;
  return { method, url: `/${path}${query}`, headers, payload: payload ?? undefined };
}
