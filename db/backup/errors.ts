/** What keeps a backup or a restore from its work, and what the operator does about it. */
export class BackupError extends Error {
  constructor({ en, zh }: { en: string; zh: string }, options?: ErrorOptions) {
    super(`${en}\n${zh}`, options);
  }
}

export function damaged(what: string, cause?: unknown): BackupError {
  return new BackupError(
    {
      en: `The backup is damaged or incomplete: ${what}. Nothing of it is used; take another one.`,
      zh: '备份文件已损坏或不完整，未恢复任何内容；请使用另一份备份。',
    },
    { cause },
  );
}
