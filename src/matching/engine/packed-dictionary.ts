import { type Dictionary, type DictionaryEntry, dictionaryOf, dictionaryTables, glossSeparator } from './dictionary.ts';
import { attachTable, packTable } from './packed-table.ts';
import { createSpeller, type TransliterationTable } from './transliteration.ts';

/** Both tables of a dictionary in shared memory; can be sent to other threads, which use it without a copy. */
export type PackedDictionary = {
  glossesByWord: SharedArrayBuffer;
  wordsByPhrase: SharedArrayBuffer;
  /** Small enough for a copy in each thread. */
  transliterations: TransliterationTable | undefined;
};

/** Reads entries as `createDictionary` does, and takes about as long. */
export function packDictionary(
  entries: Iterable<DictionaryEntry>,
  transliterations?: TransliterationTable,
): PackedDictionary {
  const { glossesByWord, wordsByPhrase } = dictionaryTables(entries);
  const joined = new Map([...wordsByPhrase].map(([phrase, words]) => [phrase, words.join(glossSeparator)]));
  return { glossesByWord: packTable(glossesByWord), wordsByPhrase: packTable(joined), transliterations };
}

/** The dictionary that `createDictionary` makes of the same entries. */
export function attachDictionary(packed: PackedDictionary): Dictionary {
  const phrases = attachTable(packed.wordsByPhrase);
  return dictionaryOf(
    attachTable(packed.glossesByWord),
    () => ({ get: (phrase) => phrases.get(phrase)?.split(glossSeparator) }),
    packed.transliterations && createSpeller(packed.transliterations),
  );
}
