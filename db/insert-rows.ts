import { type Column, getTableColumns, getTableName, type Param, SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Db } from './client.ts';

type Row = Record<string, unknown>;

/**
 * As `insert(table).values(rows)`, with a few parameters of JSON instead of one for each value: the query builder makes
 * several objects of each of those, which for many rows is most of what a verb allocates.
 * @throws TypeError where some rows leave to the database a column that others give, and only the database knows what it puts there
 */
export async function insertRows<Of extends PgTable>(
  db: Db,
  table: Of,
  rows: readonly Of['$inferInsert'][],
): Promise<void> {
  if (rows.length === 0) return;
  if (rows.length < fewestAsJson) return void (await db.insert(table).values([...rows] as Of['$inferInsert'][]));
  const given = Object.entries(getTableColumns(table)).filter(([key]) =>
    rows.some((row) => (row as Row)[key] !== undefined),
  );
  const names = sql.raw(given.map(([, column]) => `"${column.name}"`).join(', '));
  const parts = sql.join(jsonParts(rows as readonly Row[], given), sql.raw(', '));
  await db.execute(
    sql`insert into ${table} (${names}) select ${names}
      from unnest(array[${parts}]::json[]) part, json_populate_recordset(null::${table}, part)`,
  );
}

/** PostgreSQL takes longer to read a row or two as JSON than as values. */
const fewestAsJson = 8;

/** Of one parameter: what is much larger V8 keeps where garbage lies until the whole heap is collected. */
const rowsPerPart = 8;

/** JSON arrays of the rows, each made in one piece: a text that was put together is copied once more when it is sent. */
function jsonParts(rows: readonly Row[], columns: readonly [key: string, column: Column][]): Param[] {
  const parts: Param[] = [];
  for (let from = 0; from < rows.length; from += rowsPerPart) {
    const part = rows.slice(from, from + rowsPerPart).map((row) => {
      const sent: Row = {};
      for (const [key, column] of columns) sent[column.name] = toJson(column, row[key]);
      return sent;
    });
    parts.push(sql.param(JSON.stringify(part)));
  }
  return parts;
}

/** What PostgreSQL reads as the value that the query builder would send. */
function toJson(column: Column, value: unknown): unknown {
  if (value === undefined) return defaultOf(column);
  if (value === null || asItIs.has(column.columnType)) return value;
  const sent = column.mapToDriverValue(value);
  return Buffer.isBuffer(sent) ? `\\x${sent.toString('hex')}` : sent;
}

const asItIs = new Set(['PgJsonb', 'PgJson', 'PgArray']);

function defaultOf(column: Column): unknown {
  const { default: known, hasDefault } = column;
  if (hasDefault && (known === undefined || known instanceof SQL))
    throw new TypeError(`${getTableName(column.table)}.${column.name} is given by some rows and not by others`);
  return known ?? null;
}
