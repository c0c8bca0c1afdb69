import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/** Texts of demands and results of every field, which tell how common a word is in this trade. Reads on each call. */
export function loadBackgroundTexts(): string[] {
  const folder = join(packageRoot(), 'db', 'seed', 'demo');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().flatMap((name) => {
    const file = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, Record<string, string>[]>;
    return [...(file.demands ?? []), ...(file.results ?? [])].map(
      ({ title, summary, problem, keyTechnology, expectedOutcome, description, advantages }) =>
        [title, summary, problem, keyTechnology, expectedOutcome, description, advantages].filter(Boolean).join('\n'),
    );
  });
}
