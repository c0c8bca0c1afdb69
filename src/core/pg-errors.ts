import { AppError, conflict } from './errors.ts';

interface PgError extends Error {
  code: string;
  constraint?: string;
}

/** The driver's error, which the query builder wraps as `cause`. */
function pgErrorIn(error: unknown): PgError | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') return at as PgError;
  }
  return null;
}

const unavailableSockets = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);

/** Whether the database could not be reached or is shutting down (SQLSTATE classes 08, 57P and 53: PostgreSQL manual, appendix A). */
function isUnavailable(error: unknown): boolean {
  const code = pgErrorIn(error)?.code ?? '';
  if (/^(08|57P|53)/.test(code) || code === '25006' || unavailableSockets.has(code)) return true;
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if (
      /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable/i.test(
        at.message,
      )
    )
      return true;
  }
  return false;
}

/** PostgreSQL's errors in Duijie's words; every other error is returned as it is. */
export function translatePgError(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (isUnavailable(error)) {
    return new AppError(
      'UNAVAILABLE',
      { zh: '数据库暂时不可用，请稍后重试。', en: 'The database is not available at the moment; try again shortly.' },
      { retryAfterSeconds: 2, cause: error },
    );
  }
  switch (pgErrorIn(error)?.code) {
    case '23505':
      return conflict({ zh: '已存在相同的记录。', en: 'The same record exists already.' });
    case '40001':
    case '40P01':
      return new AppError(
        'UNAVAILABLE',
        { zh: '与另一操作冲突，请重试。', en: 'This collided with another operation; try again.' },
        { retryAfterSeconds: 1, cause: error },
      );
    case '57014':
      return new AppError(
        'UNAVAILABLE',
        { zh: '查询超时，请缩小范围后重试。', en: 'The query took too long; narrow it and try again.' },
        { retryAfterSeconds: 5, cause: error },
      );
    default:
      return error;
  }
}

/** Whether the error is a unique violation of the named constraint or index. */
export function violates(error: unknown, constraint: string): boolean {
  const pgError = pgErrorIn(error);
  return pgError?.code === '23505' && pgError.constraint === constraint;
}
