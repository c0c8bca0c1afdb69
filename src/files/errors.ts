import { AppError } from '../core/errors.ts';

/** For a `catch`: a disk that is full or a bucket that refuses is an outage, whatever its error says. */
export function unavailableStore(cause: unknown): never {
  if (cause instanceof AppError) throw cause;
  throw new AppError(
    'UNAVAILABLE',
    { zh: '文件存储暂时不可用，请稍后重试。', en: 'The file store is not available at the moment; try again shortly.' },
    { retryAfterSeconds: 5, cause },
  );
}

/** Rows and bytes have come apart, as after a backup without its files: for the operator, not for the client. */
export function missingBytes(key: string): Error {
  return new Error(`the file store has no bytes under ${key}`);
}
