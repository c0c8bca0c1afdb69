import type { Text } from './text.ts';

export type ErrorCode =
  | 'NOT_FOUND'
  | 'FORBIDDEN'
  | 'UNAUTHENTICATED'
  | 'INVALID_INPUT'
  | 'CONFLICT'
  | 'INVALID_STATE'
  | 'PRECONDITION_REQUIRED'
  | 'PRECONDITION_FAILED'
  | 'LIMIT_EXCEEDED'
  | 'TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'UPSTREAM_FAILED'
  | 'UNAVAILABLE';

/** One fault of an input: where it is (RFC 6901 pointer into the body, or from
 * /querystring, /params or /headers), a code for machines, a sentence for people. */
export interface InputFault {
  pointer: string;
  code: string;
  message: Text;
}

export interface ErrorDetails {
  /** The state a record is in, for INVALID_STATE. */
  state?: string;
  faults?: InputFault[];
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The one error that crosses layers. HTTP statuses are given in `http/problem.ts`, nowhere else. */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly text: Text;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, text: Text, details: ErrorDetails = {}) {
    super(text.en, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.code = code;
    this.text = text;
    this.details = details;
  }
}

/** What an actor may not see and what does not exist are the same answer. */
export function notFound(): AppError {
  return new AppError('NOT_FOUND', { zh: '没有这条记录。', en: 'There is no such record.' });
}

/** @throws AppError NOT_FOUND when there is no row */
export function found<T>(row: T | undefined | null): T {
  if (row === undefined || row === null) throw notFound();
  return row;
}

export function forbidden(text: Text): AppError {
  return new AppError('FORBIDDEN', text);
}

export function invalidInput(...faults: InputFault[]): AppError {
  return new AppError(
    'INVALID_INPUT',
    { zh: '输入有误，请按 errors 逐项修改。', en: 'The input has faults; see errors.' },
    { faults },
  );
}

export function invalidState(state: string, text: Text): AppError {
  return new AppError('INVALID_STATE', text, { state });
}

export function conflict(text: Text): AppError {
  return new AppError('CONFLICT', text);
}
