import { AppError, conflict, invalidInput } from './errors.ts';

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
      /Connection terminated|not currently accepting connections|timeout exceeded when trying to connect|Client has encountered a connection error|not queryable|Query read timeout/i.test(
        at.message,
      )
    )
      return true;
  }
  return false;
}

/**
 * PostgreSQL's errors in Duijie's words; every other error is returned as it is, without the values of its query:
 * these may be confidential, and errors go to the log.
 */
export function translatePgError(thrown: unknown): unknown {
  if (thrown instanceof AppError) return thrown;
  const error = withoutValues(thrown);
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
    // A date outside PostgreSQL's calendar, a number outside its type, a character it cannot keep.
    case '22007':
    case '22008':
    case '22009':
    case '22003':
    case '22021':
    case '22P05':
      return invalidInput({
        pointer: '',
        code: 'value',
        message: {
          zh: '有数值、日期或字符超出可保存的范围',
          en: 'a number, a date or a character is outside what can be kept',
        },
      });
    default:
      return error;
  }
}

/** The query builder writes a query's parameters into its error, and PostgreSQL quotes the row in `detail`. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof Error) || !('params' in error)) return error;
  const pgError = pgErrorIn(error);
  const query = 'query' in error ? String(error.query) : '';
  // Messages of classes 22 and 23 may quote a value; their codes and the constraint say enough.
  const reason =
    pgError === null
      ? (error.cause as Error | undefined)?.message
      : [pgError.code, pgError.constraint].filter(Boolean).join(' ');
  const quoted = pgError !== null && /^2[23]/.test(pgError.code) ? '' : `: ${pgError?.message ?? ''}`;
  const safe = new Error(`query failed (${reason ?? 'unknown'})${quoted}: ${query}`);
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  safe.stack = [`Error: ${safe.message}`, ...frames].join('\n');
  return Object.assign(safe, pgError === null ? {} : { code: pgError.code, constraint: pgError.constraint });
}

/** Whether the error is a unique violation of the named constraint or index. */
export function violates(error: unknown, constraint: string): boolean {
  const pgError = pgErrorIn(error);
  return pgError?.code === '23505' && pgError.constraint === constraint;
}

/** Whether a lock was not to be had in the time allowed for waiting. */
export function isLockTimeout(error: unknown): boolean {
  return pgErrorIn(error)?.code === '55P03';
}

/** Says in a few words why a value cannot be kept, without the value; null for every other error. SQLSTATE classes 22 and 54. */
export function dataFault(error: unknown): string | null {
  const code = pgErrorIn(error)?.code ?? '';
  return /^(22|54)/.test(code) ? `SQLSTATE ${code}` : null;
}
