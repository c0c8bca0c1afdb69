import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** A Chinese word and its English translations, best first. */
export type DictionaryRow = { zh: string; en: string[] };

/**
 * The bilingual vocabulary: the technical terms of this project first, then CC-CEDICT (CC BY-SA 4.0, see dictionary/README.md).
 * Reads and unpacks on each call (about 0.1 s): call it once per process.
 */
export function* loadDictionary(): Generator<DictionaryRow> {
  yield* loadTechnicalTerms();
  const packed = readFileSync(join(seedFolder(), 'dictionary', 'cc-cedict.tsv.gz'));
  for (const line of gunzipSync(packed).toString('utf8').split('\n')) {
    const tab = line.indexOf('\t');
    if (tab > 0) {
      yield { zh: line.slice(0, tab), en: line.slice(tab + 1).split('|') };
    }
  }
}

/** How Chinese characters spell foreign names (from CC-CEDICT, too): character -> piece of the spelling -> probability. */
export function loadTransliterations(): Record<string, Record<string, number>> {
  const table: unknown = JSON.parse(readFileSync(join(seedFolder(), 'dictionary', 'transliterations.json'), 'utf8'));
  return table as Record<string, Record<string, number>>;
}

/** The technical terms of this project alone. */
export function loadTechnicalTerms(): DictionaryRow[] {
  return JSON.parse(readFileSync(join(seedFolder(), 'technical-terms.json'), 'utf8')) as DictionaryRow[];
}

/** The data files are not compiled: from dist/db/seed they are found at the package's root. */
function seedFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) {
    folder = dirname(folder);
  }
  return join(folder, 'db', 'seed');
}
