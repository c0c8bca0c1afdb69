import type { SearchDocument } from '../../core/search-index.ts';
import { titleTrigrams, trigramHash } from './trigrams.ts';

/** What is filtered and counted by. Lists of codes are texts: ",402,4,"; nothing known is the empty text. */
export const valueColumns = [
  'technologyField',
  'industry',
  'cooperationMode',
  'iprKind',
  'region',
  'trl',
  'moneyBand',
  'activityType',
  'stage',
  'language',
] as const;
export type ValueColumn = (typeof valueColumns)[number];

/** Of a segment's documents, in their order, what finding, counting and ranking need beside the terms. */
export interface Columns {
  count: number;
  /** 16 bytes for each. */
  ids: Buffer;
  /** Milliseconds since 1970; no end is `Infinity`. */
  publishedAt: Float64Array;
  validUntil: Float64Array;
  /** Of each of `valueColumns` the different values, and each document's place among them. */
  dictionaries: string[][];
  codes: Uint16Array[];
  /** Hashes of the titles' trigrams; those of a document begin at its start and end at the next one's. */
  trigramStarts: Uint32Array;
  trigrams: Uint16Array;
}

type ColumnSource = Omit<SearchDocument, 'keywords' | 'body' | 'version' | 'kind'>;

const valueFor: Record<ValueColumn, (document: ColumnSource) => string> = {
  technologyField: ({ technologyFields }) =>
    codeList([...new Set(technologyFields.flatMap((code) => [code, code.slice(0, 1)]))]),
  industry: ({ industries }) => codeList(industries),
  cooperationMode: ({ cooperationModes }) => codeList(cooperationModes),
  iprKind: ({ iprKinds }) => codeList(iprKinds),
  region: ({ regionCode }) => regionCode,
  trl: ({ trl }) => (trl === null ? '' : String(trl)),
  moneyBand: ({ moneyBand }) => moneyBand ?? '',
  activityType: ({ activityType }) => activityType ?? '',
  stage: ({ stage }) => stage ?? '',
  language: ({ language }) => language,
};

function codeList(codes: readonly string[]): string {
  return codes.length === 0 ? '' : `,${codes.join(',')},`;
}

export function columnsOf(documents: readonly ColumnSource[]): Columns {
  const trigrams = documents.map(({ title }) => titleTrigrams(title).map(trigramHash));
  const columns = emptyColumns(
    documents.length,
    trigrams.reduce((sum, { length }) => sum + length, 0),
  );
  documents.forEach(({ id, publishedAt, validUntil }, at) => {
    columns.ids.write(id.replaceAll('-', ''), at * 16, 'hex');
    columns.publishedAt[at] = publishedAt.getTime();
    columns.validUntil[at] = validUntil?.getTime() ?? Number.POSITIVE_INFINITY;
    columns.trigrams.set(trigrams[at] ?? [], columns.trigramStarts[at]);
    columns.trigramStarts[at + 1] = (columns.trigramStarts[at] ?? 0) + (trigrams[at]?.length ?? 0);
  });
  valueColumns.forEach((name, column) => {
    fillValues(columns, column, documents.map(valueFor[name]));
  });
  return columns;
}

/** One after the other, without the documents that are dead. */
export function joinColumns(parts: readonly { columns: Columns; isLive: (document: number) => boolean }[]): Columns {
  const kept = parts.flatMap(({ columns, isLive }) =>
    Array.from({ length: columns.count }, (_, at) => at)
      .filter(isLive)
      .map((at) => ({ columns, at })),
  );
  const trigramsOf = ({ columns, at }: (typeof kept)[number]) =>
    columns.trigrams.subarray(columns.trigramStarts[at], columns.trigramStarts[at + 1]);
  const joined = emptyColumns(
    kept.length,
    kept.reduce((sum, one) => sum + trigramsOf(one).length, 0),
  );
  kept.forEach((one, at) => {
    const { columns, at: from } = one;
    columns.ids.copy(joined.ids, at * 16, from * 16, from * 16 + 16);
    joined.publishedAt[at] = columns.publishedAt[from] ?? 0;
    joined.validUntil[at] = columns.validUntil[from] ?? 0;
    joined.trigrams.set(trigramsOf(one), joined.trigramStarts[at]);
    joined.trigramStarts[at + 1] = (joined.trigramStarts[at] ?? 0) + trigramsOf(one).length;
  });
  for (let column = 0; column < valueColumns.length; column++) {
    fillValues(
      joined,
      column,
      kept.map(({ columns, at }) => columns.dictionaries[column]?.[columns.codes[column]?.[at] ?? 0] ?? ''),
    );
  }
  return joined;
}

function emptyColumns(count: number, trigrams: number): Columns {
  return {
    count,
    ids: Buffer.alloc(count * 16),
    publishedAt: new Float64Array(count),
    validUntil: new Float64Array(count),
    dictionaries: valueColumns.map(() => []),
    codes: valueColumns.map(() => new Uint16Array(count)),
    trigramStarts: new Uint32Array(count + 1),
    trigrams: new Uint16Array(trigrams),
  };
}

function fillValues(columns: Columns, column: number, values: readonly string[]): void {
  const places = new Map<string, number>();
  values.forEach((value, at) => {
    const place = places.get(value) ?? places.size;
    places.set(value, place);
    (columns.codes[column] as Uint16Array)[at] = place;
  });
  columns.dictionaries[column] = [...places.keys()];
}

/** The lengths and dictionaries as JSON with its length before it, then the arrays as they are in memory (little-endian). */
export function encodeColumns(columns: Columns): Buffer {
  const { count, ids, publishedAt, validUntil, dictionaries, codes, trigramStarts, trigrams } = columns;
  const head = Buffer.from(JSON.stringify({ count, trigrams: trigrams.length, dictionaries }));
  const headLength = Buffer.alloc(4);
  headLength.writeUInt32LE(head.length);
  const arrays = [publishedAt, validUntil, ...codes, trigramStarts, trigrams];
  return Buffer.concat([headLength, head, ids, ...arrays.map((array) => bytesOf(array))]);
}

export function decodeColumns(encoded: Buffer): Columns {
  const headLength = encoded.readUInt32LE(0);
  const head = JSON.parse(encoded.toString('utf8', 4, 4 + headLength)) as {
    count: number;
    trigrams: number;
    dictionaries: string[][];
  };
  const columns = { ...emptyColumns(head.count, head.trigrams), dictionaries: head.dictionaries };
  const { ids, publishedAt, validUntil, codes, trigramStarts, trigrams } = columns;
  let at = 4 + headLength;
  for (const target of [ids, publishedAt, validUntil, ...codes, trigramStarts, trigrams].map(bytesOf)) {
    at += encoded.copy(target, 0, at, at + target.length);
  }
  return columns;
}

function bytesOf(array: Buffer | Float64Array | Uint16Array | Uint32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** A document's id as text. */
export function idAt(ids: Buffer, document: number): string {
  const hex = ids.toString('hex', document * 16, document * 16 + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
