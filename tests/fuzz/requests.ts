import fc from 'fast-check';
import type { Row } from '../contract/access/row.ts';
import type { Schema, ValueMaker } from './from-schema.ts';
import type { CallerName } from './ground.ts';
import type { Edit } from './json-text.ts';
import { oddBody, oddEdits, oddHeader, oddSegment, oddText } from './odd-values.ts';

/** An operation as openapi.json describes it, with requests that are right. */
export interface FuzzOperation {
  /** As `GET /v1/demands/{id}`. */
  name: string;
  method: string;
  path: string;
  parameters: { name: string; in: string; schema: Schema }[];
  bodies: Record<string, Schema>;
  rows: readonly FuzzRow[];
  /** No answer is kept for a repeat under the same Idempotency-Key. */
  answersAnew: boolean;
}

export interface FuzzRow extends Pick<Row, 'request' | 'endsSession'> {
  name: string;
  /** Whose request succeeds. */
  able: readonly CallerName[];
}

export type BodyPlan =
  | { kind: 'right'; edits: readonly Edit[] }
  /** Of the schema; `over` the right one, whose other members stay, or alone. */
  | { kind: 'made'; value: unknown; over: boolean; edits: readonly Edit[] }
  | { kind: 'text'; text: string; contentType: string | null };

/** A request in words that mean the same in every world, so that a seed makes the same ones again. */
export interface FuzzRequest {
  row: number;
  caller: CallerName;
  /** By position in the path; text as it travels, or some record's id. */
  segments: { at: number; value: string | { $id: number } }[];
  query: { name: string; value: unknown }[];
  body: BodyPlan;
  headers: [string, string | string[]][];
  /** Sent a second time under the same Idempotency-Key. */
  repeated: boolean;
}

export function rightRequest(row: number, caller: CallerName): FuzzRequest {
  const body = { kind: 'right', edits: [] } as const;
  return { row, caller, segments: [], query: [], body, headers: [], repeated: false };
}

/** Requests for an operation: each part mostly as it should be, and shrinking towards that. */
export function requestsFor(
  operation: FuzzOperation,
  maker: ValueMaker,
  callers: readonly CallerName[],
): fc.Arbitrary<FuzzRequest> {
  const { rows } = operation;
  return fc.nat({ max: rows.length - 1 }).chain((row) => {
    const able = rows[row]?.able ?? [];
    // Nobody else has the password that is in it.
    const anybody = fc.constantFrom(
      ...(able.includes('its own') ? (['anonymous', 'strangerToken'] as const) : callers),
    );
    return fc.record<FuzzRequest>({
      row: fc.constant(row),
      caller: able.length === 0 ? anybody : mostly(fc.constantFrom(...able), { weight: 3, arbitrary: anybody }),
      segments: mostly(fc.constant([]), { weight: 2, arbitrary: someSegments() }),
      query: queryOf(operation, maker),
      body: bodyOf(operation, maker),
      headers: mostly(fc.constant([]), { weight: 3, arbitrary: fc.array(oddHeader, { minLength: 1, maxLength: 2 }) }),
      repeated:
        operation.method === 'POST'
          ? mostly(fc.constant(false), { weight: 1, arbitrary: fc.constant(true) })
          : fc.constant(false),
    });
  });
}

/** The first eight times in ten or so; what it shrinks to, too. */
function mostly<Value>(first: fc.Arbitrary<Value>, ...others: fc.WeightedArbitrary<Value>[]): fc.Arbitrary<Value> {
  return fc.oneof({ withCrossShrink: true }, { weight: 8, arbitrary: first }, ...others);
}

function someSegments(): fc.Arbitrary<FuzzRequest['segments']> {
  const value = fc.oneof(
    fc.nat({ max: 99 }).map(($id) => ({ $id })),
    oddSegment,
  );
  return fc.array(fc.record({ at: fc.nat({ max: 3 }), value }), { minLength: 1, maxLength: 2 });
}

function queryOf({ parameters }: FuzzOperation, maker: ValueMaker): fc.Arbitrary<FuzzRequest['query']> {
  const known = parameters.filter((parameter) => parameter.in === 'query');
  const strange = fc.record({
    name: fc.constantFrom(...known.map(({ name }) => name), 'limit', 'cursor', 'sort', 'a[b]', '__proto__', ''),
    value: oddText,
  });
  const none = fc.constant<FuzzRequest['query']>([]);
  if (known.length === 0) return mostly(none, { weight: 1, arbitrary: fc.tuple(strange) });
  const valuesOf = ({ name, schema }: (typeof known)[number]): fc.Arbitrary<unknown> =>
    name === 'cursor' ? fc.nat({ max: 99 }).map(($cursor) => ({ $cursor })) : maker.of(schema, name);
  const named = fc.oneof(...known.map((one) => valuesOf(one).map((value) => ({ name: one.name, value }))));
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 3, arbitrary: none },
    { weight: 6, arbitrary: fc.uniqueArray(named, { minLength: 1, maxLength: 4, selector: ({ name }) => name }) },
    { weight: 3, arbitrary: fc.array(fc.oneof(named, strange), { minLength: 1, maxLength: 4 }) },
  );
}

function bodyOf({ bodies, method }: FuzzOperation, maker: ValueMaker): fc.Arbitrary<BodyPlan> {
  const right = fc.constant<BodyPlan>({ kind: 'right', edits: [] });
  const text = oddBody.map((body): BodyPlan => ({ kind: 'text', ...body }));
  if (method === 'GET') return right;
  const schema = bodies['application/json'];
  if (schema === undefined) return mostly(right, { weight: 2, arbitrary: text });
  const edits = oddEdits.map((list): BodyPlan => ({ kind: 'right', edits: list }));
  const made = fc
    .record({
      value: maker.of(schema),
      over: fc.boolean(),
      edits: mostly(fc.constant<Edit[]>([]), { weight: 1, arbitrary: oddEdits }),
    })
    .map((parts): BodyPlan => ({ kind: 'made', ...parts }));
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 4, arbitrary: right },
    { weight: 4, arbitrary: made },
    { weight: 4, arbitrary: edits },
    { weight: 1, arbitrary: text },
  );
}
