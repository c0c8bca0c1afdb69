import type { ServerResponse } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { MeilisearchError } from './errors.ts';

/**
 * `html-502`: a proxy's page instead of JSON. `reset`: the connection is cut before anything is done. `lost`: the
 * request is carried out and the connection cut before the answer. `hang`: no answer ever.
 */
export type Fault =
  | { status: number; retryAfterSeconds?: number; code?: string }
  | { delayMs: number }
  | 'html-502'
  | 'reset'
  | 'lost'
  | 'hang';

export interface FaultScope {
  /** So many requests; without it, all until the faults are cleared. */
  times?: number;
  method?: string;
  /** Only paths that match. */
  path?: RegExp;
}

interface Standing {
  fault: Fault;
  scope: FaultScope;
  left: number;
}

const codes: Record<number, string> = {
  401: 'missing_authorization_header',
  403: 'invalid_api_key',
  404: 'index_not_found',
  413: 'payload_too_large',
  422: 'no_space_left_on_device',
  500: 'internal',
  502: 'remote_timeout',
  503: 'too_many_search_requests',
};

export class Faults {
  #standing: Standing[] = [];

  add(fault: Fault, scope: FaultScope): void {
    this.#standing.push({ fault, scope, left: scope.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#standing = [];
  }

  /** The fault that this request meets, the oldest first; it counts as one of its times. */
  take(method: string, path: string): Fault | null {
    const met = this.#standing.find(
      ({ scope, left }) => left > 0 && (scope.method ?? method) === method && (scope.path?.test(path) ?? true),
    );
    if (met === undefined) return null;
    met.left -= 1;
    return met.fault;
  }
}

/** Lets a fault happen before the request is looked at. True: the request is done with. */
export async function suffer(fault: Fault | null, response: ServerResponse): Promise<boolean> {
  if (fault === null || fault === 'lost') return false;
  if (fault === 'hang') return true;
  if (fault === 'reset') {
    response.socket?.resetAndDestroy();
    return true;
  }
  if (fault === 'html-502') {
    response.writeHead(502, { 'content-type': 'text/html' });
    response.end('<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>');
    return true;
  }
  if ('delayMs' in fault) {
    await setTimeout(fault.delayMs);
    return false;
  }
  const code = fault.code ?? codes[fault.status] ?? 'internal';
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (fault.retryAfterSeconds !== undefined) headers['retry-after'] = String(fault.retryAfterSeconds);
  response.writeHead(fault.status, headers);
  response.end(JSON.stringify(new MeilisearchError(code, `Injected: ${code}.`).body()));
  return true;
}
