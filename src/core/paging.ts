import { Type } from 'typebox';
import { type AppError, invalidInput } from './errors.ts';

export const pageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  cursor: Type.Optional(
    Type.String({ maxLength: 500, description: 'Opaque; taken from nextCursor of the page before.' }),
  ),
};

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Where the next page starts: the sort key and id of the last row shown. */
export interface PageKey {
  at: string;
  id: string;
}

export function encodeCursor(key: PageKey): string {
  return Buffer.from(`${key.at}|${key.id}`).toString('base64url');
}

const cursorShape = /^([^|]{1,60})\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** @throws AppError INVALID_INPUT for a cursor that this server never gave out */
export function decodeCursor(cursor: string | undefined): PageKey | null {
  if (cursor === undefined) return null;
  const match = cursorShape.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (!match?.[1] || !match[2]) throw invalidCursor();
  return { at: match[1], id: match[2] };
}

const instantShape = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** For lists in order of time. @throws AppError INVALID_INPUT also for a cursor of another list */
export function decodeTimeCursor(cursor: string | undefined): PageKey | null {
  const key = decodeCursor(cursor);
  if (key !== null && (!instantShape.test(key.at) || Number.isNaN(Date.parse(key.at)))) throw invalidCursor();
  return key;
}

function invalidCursor(): AppError {
  return invalidInput({
    pointer: '/querystring/cursor',
    code: 'cursor',
    message: {
      zh: '游标无效，请从第一页重新开始。',
      en: 'This cursor is not valid; start again from the first page.',
    },
  });
}

/** Cuts a list that was read one row too long and says where the next page starts. */
export function toPage<Row, Item>(
  rows: Row[],
  limit: number,
  keyOf: (row: Row) => PageKey,
  toItem: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null,
  };
}
