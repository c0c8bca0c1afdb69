import { AppError } from './errors.ts';

/**
 * Optimistic concurrency: the version a caller read against the one that stands.
 * `expected` null means any version: no `If-Match` was sent, or "*".
 * @throws AppError PRECONDITION_FAILED when they differ
 */
export function checkVersion(actual: number, expected: number | null): void {
  if (expected !== null && expected !== actual) {
    throw new AppError('PRECONDITION_FAILED', {
      zh: '这条记录已被他人更新，请重新读取后再修改。',
      en: 'This record has changed since it was read; read it again and repeat the change.',
    });
  }
}
