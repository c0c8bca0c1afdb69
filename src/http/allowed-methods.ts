import type { FastifyInstance } from 'fastify';

interface Routed {
  pattern: RegExp;
  methods: Set<string>;
}

/**
 * Remembers every route that is added from now on.
 * @returns the methods that are routed for an address, in alphabetical order; none where nothing is
 */
export function useAllowedMethods(app: FastifyInstance): (address: string) => string[] {
  const routes = new Map<string, Routed>();
  app.addHook('onRoute', ({ url, method }) => {
    // What answers preflights at every address makes none of them known.
    if (url === '*') return;
    const routed = routes.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const each of [method].flat()) routed.methods.add(each);
    routes.set(url, routed);
  });
  return (address) => {
    const path = address.split('?', 1)[0] ?? '';
    const methods = [...routes.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((route) => [...route.methods]);
    return [...new Set(methods)].sort();
  };
}

/** As the router reads it: a parameter is what stands between two slashes, an asterisk the rest. */
function patternOf(url: string): RegExp {
  const source = url
    .replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/:[^/]+/g, '[^/]+')
    .replaceAll('*', '.*');
  return new RegExp(`^${source}$`);
}
