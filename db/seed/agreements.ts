import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/** A text that parties accept. One that was offered once is never edited: a new text is a new version. */
export interface AgreementText {
  version: string;
  zh: string;
  en: string;
  /** Hexadecimal, of the Chinese text, a line feed and the English one, in UTF-8. */
  sha256: string;
}

let texts: readonly AgreementText[] | null = null;

/** Every version there ever was, oldest first. */
export function loadAgreementTexts(): readonly AgreementText[] {
  texts ??= readTexts(join(packageRoot(), 'db', 'seed', 'agreements'));
  return texts;
}

function readTexts(directory: string): AgreementText[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.json'));
  const read = names.map((name) => {
    const { version, zh, en } = JSON.parse(readFileSync(join(directory, name), 'utf8')) as Omit<
      AgreementText,
      'sha256'
    >;
    return { version, zh, en, sha256: createHash('sha256').update(`${zh}\n${en}`).digest('hex') };
  });
  return read.sort((a, b) => Number(a.version) - Number(b.version));
}
