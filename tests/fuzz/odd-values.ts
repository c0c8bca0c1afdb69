import fc from 'fast-check';
import type { Edit } from './json-text.ts';

/** Strings that have broken programs: empty, unkeepable, turned around, enormous, or something else in another language. */
const strings = [
  '',
  ' ',
  '\u3000',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00x',
  '\ufffe\uffff\ufeff',
  '\u202egnp.exe',
  '\u0130\u00df\ufb00',
  '😀'.repeat(200),
  'Z\u0335\u0322'.repeat(50),
  'x'.repeat(10_000),
  '界'.repeat(70_000),
  '9'.repeat(400),
  "'; drop table demands; --",
  '%s%n%00',
  '../../etc/passwd',
  '{{7*7}}',
  '\r\nSet-Cookie: a=b',
  '=cmd|calc!A1',
  '__proto__',
  'constructor',
  'null',
  'true',
  '1e5',
  '0x10',
  'urn:uuid:0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  '0192F0C4-6B1E-7C3A-9D52-3F6C1A2B4C5D',
  '00000000-0000-0000-0000-000000000000',
  '0000-00-00',
  '2026-02-30',
  '10000-01-01',
  '+275760-09-13',
  '-000001-01-01',
  '294277-01-01T00:00:00Z',
  '2026-11-22T24:00:00Z',
  '2016-12-31T23:59:60Z',
];

/** As JSON may write them, and may not. */
const numbers = ['-0', '1e400', '-1e400', '1E+2', '0.1e-400', '1.0', '01', 'NaN', '9007199254740993', '1'.repeat(400)];
const doubles = [0, -1, 0.005, 1e-320, 1e308, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 63, -(2 ** 63), 1e21];

const deep = [30, 5_000].flatMap((depth) => [
  `${'['.repeat(depth)}${']'.repeat(depth)}`,
  `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
]);

export const oddText = fc.oneof(fc.constantFrom(...strings), fc.string({ unit: 'binary', maxLength: 12 }));

export const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 6, arbitrary: oddText },
  { weight: 3, arbitrary: fc.constantFrom(...doubles) },
  { weight: 3, arbitrary: fc.constantFrom(...numbers).map(($text) => ({ $text })) },
  { weight: 4, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], { a: 1 }, ['', '']) },
  { weight: 1, arbitrary: fc.constantFrom(...deep).map(($text) => ({ $text })) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  { weight: 1, arbitrary: fc.nat({ max: 99 }).map(($id) => ({ $id })) },
);

const memberName = fc.constantFrom(
  'status',
  'id',
  'version',
  'a/b~c',
  '__proto__',
  'constructor',
  'toString',
  '',
  '$ref',
);

export const oddEdits: fc.Arbitrary<Edit[]> = fc.array(
  fc.nat({ max: 200 }).chain((at) =>
    fc.oneof(
      { weight: 5, arbitrary: oddValue.map((value) => ({ at, change: 'replace', value }) as const) },
      { weight: 2, arbitrary: fc.constant({ at, change: 'remove' } as const) },
      {
        weight: 2,
        arbitrary: fc.tuple(memberName, oddValue).map(([name, value]) => ({ at, change: 'add', name, value }) as const),
      },
      { weight: 1, arbitrary: fc.constant({ at, change: 'twice' } as const) },
    ),
  ),
  { minLength: 1, maxLength: 3 },
);

/** Bodies that are no JSON, or not the JSON that they are called. */
export const oddBody = fc.record({
  text: fc.constantFrom(
    '',
    ' ',
    '{',
    '{"title": ',
    '{title: 1}',
    '[1,]',
    '{}{}',
    'null',
    '[]',
    '7',
    '"text"',
    'title=x&title=y',
    '\ufeff{}',
    '\u0000',
    '<?xml version="1.0"?><a/>',
    '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n',
    `{"title":"${'x'.repeat(1024 * 1024)}"}`,
    '{"a":1,"a":2}',
    '{"__proto__":{"admin":true}}',
    deep[1] ?? '',
  ),
  contentType: fc.constantFrom<string | null>(
    'application/json',
    'application/json; charset=utf-8',
    'application/json;charset=gbk',
    'APPLICATION/JSON',
    'application/merge-patch+json',
    'text/plain',
    'text/html',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'multipart/form-data',
    'application/octet-stream',
    'garbage',
    'application/json, text/plain',
    '',
    null,
  ),
});

const garbage = fc.constantFrom(
  '',
  ' ',
  '*',
  '"',
  '"1',
  'W/"1"',
  '"1", "2"',
  '"99999999999"',
  '"-1"',
  'é',
  'x'.repeat(5_000),
);

/** A header's name and its value, or its values when it comes more than once. Names that no other list of the fuzzer sets. */
export const oddHeader = fc.oneof<fc.Arbitrary<[string, string | string[]]>[]>(
  fc.tuple(fc.constantFrom('if-match', 'if-none-match', 'idempotency-key', 'last-event-id'), garbage),
  fc.tuple(fc.constantFrom('if-match', 'idempotency-key', 'accept-language'), fc.constant<string[]>(['"1"', '"2"'])),
  fc.tuple(fc.constant('idempotency-key'), fc.constantFrom('key-1', 'key-2', 'key-3')),
  fc.tuple(
    fc.constant('authorization'),
    fc.constantFrom('', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', `Bearer ${'x'.repeat(5_000)}`, 'é'),
  ),
  fc.tuple(fc.constant('accept-language'), fc.constantFrom('', '*', 'en', 'zh', 'en;q=x', ','.repeat(2_000), 'é')),
  fc.tuple(fc.constant('accept'), fc.constantFrom('', 'text/html', 'application/xml;q=0.1', '*/*', 'garbage')),
  fc.tuple(fc.constant('x-forwarded-for'), fc.constantFrom('', 'garbage', '::1', '1.2.3.4, 5.6.7.8')),
  fc.tuple(fc.constant('origin'), fc.constantFrom('null', 'https://elsewhere.example', 'garbage')),
  fc.tuple(fc.constantFrom('host', 'x-forwarded-host'), fc.constantFrom('', 'elsewhere.example', 'a b', 'é')),
  fc.tuple(fc.constantFrom('content-encoding', 'transfer-encoding', 'expect'), fc.constantFrom('gzip', 'garbage', '')),
  fc.tuple(fc.constant('content-length'), fc.constantFrom('0', '5', '99999999', '-1', 'x', '')),
  fc.tuple(fc.constantFrom('range', 'cookie', 'x-request-id', 'x-http-method-override'), garbage),
);

/** A segment of a path as it travels: some cannot be decoded. */
export const oddSegment = fc.oneof(
  oddText.map(encoded),
  fc.constantFrom(
    '%zz',
    '%',
    '%E0%A4',
    '%ED%A0%80',
    '%2e%2e',
    '.',
    ';a=b',
    '%2F',
    'a%3Fb',
    'x'.repeat(201),
    'x'.repeat(40_000),
  ),
);

/** Percent-encoded, halves of surrogate pairs as the bytes that they would have. */
export function encoded(text: string): string {
  return [...text]
    .map((character) => (/^\p{Surrogate}$/u.test(character) ? '%ED%A0%80' : encodeURIComponent(character)))
    .join('');
}
