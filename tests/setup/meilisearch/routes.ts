import type { Answer, Request } from './http.ts';
import type { Action } from './keys.ts';

export interface Route {
  method: string;
  /** `/indexes/:uid`. */
  path: string;
  /** Null: needs no key. */
  action: Action | null;
  handle(request: Request): Answer;
}

export interface Matched {
  route: Route;
  params: Record<string, string>;
}

function paramsOf(pattern: string, path: string): Record<string, string> | null {
  const names = pattern.split('/');
  const parts = path.split('/');
  if (names.length !== parts.length) return null;
  const params: Record<string, string> = {};
  for (const [at, name] of names.entries()) {
    const part = parts[at] as string;
    if (name.startsWith(':')) params[name.slice(1)] = decodeURIComponent(part);
    else if (name !== part) return null;
  }
  return params;
}

/** The route of a request; `method`: the path is known, not by this method. */
export function matchRoute(routes: readonly Route[], method: string, path: string): Matched | 'method' | 'path' {
  let isKnown = false;
  for (const route of routes) {
    const params = paramsOf(route.path, path);
    if (params === null) continue;
    if (route.method === method) return { route, params };
    isKnown = true;
  }
  return isKnown ? 'method' : 'path';
}
