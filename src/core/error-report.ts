import { AppError } from './errors.ts';

/**
 * An error in a form that may be stored and logged. The query builder's message quotes the parameters, so the innermost
 * error speaks; addresses, passwords in URLs, long tokens and numbers, and whatever is quoted are taken out. At most 500 characters.
 */
export function describeError(error: unknown): string {
  let innermost = error;
  for (let depth = 0; depth < 5 && innermost instanceof Error && innermost.cause instanceof Error; depth += 1) {
    innermost = innermost.cause;
  }
  const outer = error instanceof AppError ? `${error.code}: ` : '';
  const code = innermost instanceof Error && 'code' in innermost ? String(innermost.code) : '';
  // A parser's message quotes what it could not read.
  if (innermost instanceof SyntaxError) return `${outer}SyntaxError`;
  // SQLSTATE class 22 quotes the value it could not use.
  if (/^22/.test(code)) return `${outer}PostgreSQL ${code}`;
  return `${outer}${redact(innermost instanceof Error ? innermost.message : String(innermost))}`.slice(0, 500);
}

const nameShape = /^"[\w.:-]{1,63}"$/;

/** Messages of libraries are ASCII and quote names; what else stands in them is somebody's data. */
export function redact(text: string): string {
  return text
    .replace(/"[^"]*"/g, (quoted) => (nameShape.test(quoted) ? quoted : '"…"'))
    .replace(/[^ -~\s…]+/g, '…')
    .replace(/(?<![-\w])\+?\d{11,}(?![-\w])/g, '…')
    .replace(/:\/\/[^/\s@]*@/g, '://…@')
    .replace(/[^\s@<>"']+@[^\s@<>"']+\.[^\s@<>"']+/g, '…@…')
    .replace(/\b(?![0-9a-f]{8}-[0-9a-f]{4}-)[0-9A-Za-z_-]{32,}/g, '…');
}

/** Where it happened, without the message, which may quote values. */
export function framesOf(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .map((line) => line.trim());
}
