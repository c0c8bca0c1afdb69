import fc from 'fast-check';

// biome-ignore lint/suspicious/noExplicitAny: JSON Schema, read keyword by keyword.
export type Schema = Record<string, any>;

const words = ['枸杞', '膜分离', 'zinc', 'α-Al₂O₃', '高纯铟', 'a', '1', '😀', '—', ' '];
const maxText = 6_000;
const maxDepth = 8;

/** Values that a schema allows, and its edges more often than chance would have it. */
export class ValueMaker {
  readonly #schemas: Record<string, Schema>;
  readonly #samples: ReadonlyMap<string, readonly unknown[]>;

  /** @param samples by the name of a property: values that mean something, such as codes of a vocabulary */
  constructor(schemas: Record<string, Schema>, samples: ReadonlyMap<string, readonly unknown[]>) {
    this.#schemas = schemas;
    this.#samples = samples;
  }

  of(schema: Schema, name = '', depth = 0): fc.Arbitrary<unknown> {
    const { $ref } = schema;
    if (typeof $ref === 'string') return this.of(this.#schemas[$ref.split('/').at(-1) ?? ''] ?? {}, name, depth);
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (Array.isArray(schema.enum)) return fc.constantFrom(...schema.enum);
    const choices: Schema[] | undefined = schema.oneOf ?? schema.anyOf;
    if (choices !== undefined) return fc.oneof(...choices.map((choice) => this.of(choice, name, depth + 1)));
    switch (schema.type) {
      case 'object':
        return this.#object(schema, depth);
      case 'array':
        return this.#array(schema, name, depth);
      case 'string':
        return this.#string(schema, name);
      case 'integer':
        return numbers(schema, (bounds) => fc.integer(bounds));
      case 'number':
        return numbers(schema, ({ min, max }) => fc.double({ min, max, noNaN: true, noDefaultInfinity: true }));
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      default:
        return fc.jsonValue({ maxDepth: 2 });
    }
  }

  #object(schema: Schema, depth: number): fc.Arbitrary<unknown> {
    const properties = Object.entries<Schema>(schema.properties ?? {});
    const required: string[] = schema.required ?? [];
    const shown = depth > maxDepth ? properties.filter(([name]) => required.includes(name)) : properties;
    const model = Object.fromEntries(shown.map(([name, inner]) => [name, this.of(inner, name, depth + 1)]));
    const fixed = fc.record(model, { requiredKeys: required.filter((name) => name in model), noNullPrototype: true });
    const others: unknown = schema.additionalProperties;
    if (others === null || typeof others !== 'object') return fixed;
    return fc
      .tuple(
        fixed,
        fc.dictionary(fc.constantFrom('a', 'b', 'c'), this.of(others as Schema, '', depth + 1), { maxKeys: 2 }),
      )
      .map(([own, free]) => ({ ...free, ...own }));
  }

  #array(schema: Schema, name: string, depth: number): fc.Arbitrary<unknown> {
    const items = this.of(schema.items ?? {}, name, depth + 1);
    const minLength: number = schema.minItems ?? 0;
    const maxLength = Math.min(schema.maxItems ?? 4, minLength + 4);
    if (schema.uniqueItems === true) {
      return fc.uniqueArray(items, { maxLength, selector: (item) => JSON.stringify(item) });
    }
    return fc.array(items, { minLength, maxLength });
  }

  #string(schema: Schema, name: string): fc.Arbitrary<unknown> {
    const known = this.#samples.get(name)?.filter((value) => typeof value === 'string') ?? [];
    const made = madeText(schema);
    return known.length === 0 ? made : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, made);
  }
}

function madeText(schema: Schema): fc.Arbitrary<unknown> {
  const day = fc.integer({ min: 0, max: 20_000 }).map((days) => new Date(days * 86_400_000 + 946_684_800_000));
  switch (schema.format) {
    case 'uuid':
      return fc.nat({ max: 99 }).map(($id) => ({ $id }));
    case 'email':
      return fc.nat().map((n) => `fuzz${n}@people.example`);
    case 'date':
      return day.map((date) => date.toISOString().slice(0, 10));
    case 'date-time':
      return day.map((date) => date.toISOString());
  }
  const minLength: number = schema.minLength ?? 0;
  const maxLength: number = Math.min(schema.maxLength ?? 40, maxText);
  const pattern = typeof schema.pattern === 'string' ? new RegExp(schema.pattern, 'u') : null;
  const fits = (text: string) =>
    [...text].length >= minLength && [...text].length <= maxLength && (pattern === null || pattern.test(text));
  const free = fc.oneof(
    fc.array(fc.constantFrom(...words), { maxLength: 6 }).map((parts) => parts.join('')),
    fc.constantFrom(minLength, maxLength).map((length) => '限'.repeat(length)),
  );
  return (pattern === null || !isSimple(pattern) ? free : fc.oneof(free, fc.stringMatching(pattern))).map((text) =>
    fits(text) ? text : '限'.repeat(Math.max(1, minLength)),
  );
}

/** What fast-check can write strings for: no looking ahead or behind. */
function isSimple({ source }: RegExp): boolean {
  return !/\(\?[=!<]/.test(source);
}

function numbers(
  schema: Schema,
  make: (bounds: { min: number; max: number }) => fc.Arbitrary<number>,
): fc.Arbitrary<number> {
  const min: number = schema.minimum ?? (schema.exclusiveMinimum === undefined ? -1_000 : schema.exclusiveMinimum + 1);
  const max: number = schema.maximum ?? Math.max(min, 1_000_000);
  return fc.oneof(make({ min, max }), fc.constantFrom(min, max));
}
