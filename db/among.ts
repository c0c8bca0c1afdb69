import { type AnyColumn, type Placeholder, type SQL, sql } from 'drizzle-orm';

/** As `inArray` of ids, with one parameter: for long lists, which as a parameter for each id take longer to write than to ask. */
export function among(column: AnyColumn, ids: readonly string[] | Placeholder): SQL {
  return sql`${column} = any(${Array.isArray(ids) ? sql.param(ids) : ids}::uuid[])`;
}

/** The same of texts. */
export function amongTexts(column: AnyColumn, texts: readonly string[]): SQL {
  return sql`${column} = any(${sql.param([...new Set(texts)])}::text[])`;
}
