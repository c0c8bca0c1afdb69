type Json = unknown;
type JsonObject = Record<string, Json>;

/**
 * Moves every schema that has a `title` to components.schemas under that name and refers to it, so that a view stands
 * in the document once, however many operations answer with it.
 * @throws Error when two different schemas share a title
 */
export function nameSchemas<Document extends object>(document: Document): Document {
  const named = new Map<string, string>();
  const schemas: JsonObject = {};

  function visit(value: Json, isSchema: boolean): Json {
    if (Array.isArray(value)) return value.map((item) => visit(item, isSchema));
    if (value === null || typeof value !== 'object') return value;
    const source = value as JsonObject;
    const copy: JsonObject = {};
    for (const [key, inner] of Object.entries(source)) {
      const isData = key === 'example' || key === 'examples' || key === 'enum' || key === 'default';
      copy[key] = isData ? inner : visit(inner, isSchema || key === 'schema');
    }
    if (!isSchema || typeof copy.title !== 'string' || !('type' in copy || 'anyOf' in copy)) return copy;
    const { title, ...schema } = copy;
    // The generator moves the examples of an outermost schema beside it.
    const text = JSON.stringify({ ...schema, examples: undefined });
    const known = named.get(title as string);
    if (known !== undefined && known !== text)
      throw new Error(`two schemas are titled ${String(title)}:\n${known}\n${text}`);
    named.set(title as string, text);
    schemas[title as string] = { ...(schemas[title as string] as JsonObject | undefined), ...schema };
    return { $ref: `#/components/schemas/${String(title)}` };
  }

  const visited = visit(document, false) as JsonObject & { components?: JsonObject };
  const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => a.localeCompare(b)));
  visited.components = {
    ...visited.components,
    schemas: { ...(visited.components?.schemas as JsonObject), ...sorted },
  };
  return visited as unknown as Document;
}
