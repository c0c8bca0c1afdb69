export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a dotted path: of an array, that of each element; a key with dots in it counts, too. */
export function valuesAt(value: Json | undefined, path: string): Json[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((one) => valuesAt(one, path));
  if (!isObject(value)) return [];
  const found: Json[] = [];
  for (const [key, below] of Object.entries(value)) {
    if (key === path) found.push(below);
    else if (path.startsWith(`${key}.`)) found.push(...valuesAt(below, path.slice(key.length + 1)));
  }
  return found;
}

/** Every dotted path that leads to something in the document, objects and their members both. */
export function pathsOf(value: JsonObject, prefix = ''): string[] {
  const paths = new Set<string>();
  for (const [key, below] of Object.entries(value)) {
    const path = prefix + key;
    paths.add(path);
    for (const one of Array.isArray(below) ? below : [below])
      if (isObject(one)) for (const deeper of pathsOf(one, `${path}.`)) paths.add(deeper);
  }
  return [...paths];
}

/** The part of a document that the dotted names select, everything below a name included. */
export function select(document: JsonObject, names: readonly string[]): JsonObject {
  const chosen: JsonObject = {};
  for (const [key, below] of Object.entries(document)) {
    if (names.includes('*') || names.includes(key)) {
      chosen[key] = below;
      continue;
    }
    const deeper = names.filter((name) => name.startsWith(`${key}.`)).map((name) => name.slice(key.length + 1));
    if (deeper.length === 0) continue;
    if (isObject(below)) chosen[key] = select(below, deeper);
    else if (Array.isArray(below))
      chosen[key] = below.filter((one) => isObject(one)).map((one) => select(one as JsonObject, deeper));
  }
  return chosen;
}

/** `title` of a name, `*`, `title_*`, `*_zh` or `*middle*`; a name also stands for everything below it. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true;
  const starts = pattern.startsWith('*');
  const ends = pattern.endsWith('*');
  if (starts && ends) return name.includes(pattern.slice(1, -1));
  if (starts) return name.endsWith(pattern.slice(1));
  if (ends) return name.startsWith(pattern.slice(0, -1));
  return name.startsWith(`${pattern}.`);
}
