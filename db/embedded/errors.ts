/** A failure that the operator must act on. The message is English, a line break, then the same in Chinese. */
export class EmbeddedPostgresError extends Error {
  constructor(text: { en: string; zh: string }, options?: ErrorOptions) {
    super(`${text.en}\n${text.zh}`, options);
    this.name = 'EmbeddedPostgresError';
  }
}

/** The `code` of a Node system error (`ENOENT`, `EACCES` …), undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
