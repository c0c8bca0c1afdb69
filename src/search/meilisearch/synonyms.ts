/** More of them make every question slower. */
const maxSynonyms = 2_000;

/** Terms of both languages as the server wants them: each with those that mean the same. The first ones where there are too many. */
export function synonymsOf(terms: Iterable<{ zh: string; en: readonly string[] }>): Record<string, string[]> {
  const synonyms = new Map<string, Set<string>>();
  const add = (word: string, meaning: string) => {
    const known = synonyms.get(word);
    if (known !== undefined) known.add(meaning);
    else if (synonyms.size < maxSynonyms) synonyms.set(word, new Set([meaning]));
  };
  for (const { zh, en } of terms) {
    for (const word of en) {
      add(zh, word.toLowerCase());
      add(word.toLowerCase(), zh);
    }
  }
  return Object.fromEntries([...synonyms].map(([word, meanings]) => [word, [...meanings]]));
}
