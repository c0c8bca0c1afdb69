import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The module `name` beside the one whose `import.meta.url` is given: compiled if that one is. */
export function moduleBeside(name: string, url: string): URL {
  return new URL(`./${name}${extname(fileURLToPath(url))}`, url);
}

/** What `new Worker` takes to run a module. From the sources, a thread does not take over the loader of its parent. */
export function threadSource(url: URL): { source: string | URL; eval: boolean } {
  if (extname(url.pathname) !== '.ts') return { source: url, eval: false };
  const source = `import('tsx/esm/api').then(({ register }) => register()).then(() => import(${JSON.stringify(url.href)}))`;
  return { source, eval: true };
}
