import type { Db } from '../../db/client.ts';

interface Statement<Answer> {
  execute(values: Record<string, unknown>): Promise<Answer>;
}

/**
 * A statement of the hot paths: its SQL is made once for each connection, and PostgreSQL parses and plans it once, by the name
 * that `prepare` gives it (ADR 33). Whatever differs from call to call is a placeholder; names are unique in the program.
 */
export function prepared<Answer>(
  prepare: (db: Db) => Statement<Answer>,
): (db: Db, values: Record<string, unknown>) => Promise<Answer> {
  const bySession = new WeakMap<object, Statement<Answer>>();
  return async (db, values) => {
    const { session } = db._;
    const known = bySession.get(session);
    if (known !== undefined) return await known.execute(values);
    const made = prepare(db);
    bySession.set(session, made);
    return await made.execute(values);
  };
}
