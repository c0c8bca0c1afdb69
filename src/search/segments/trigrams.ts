const words = /[\p{L}\p{N}]+/gu;

/** The different groups of three characters of a text's words, two blanks before each word and one after it, as `pg_trgm` makes them. */
export function titleTrigrams(title: string): string[] {
  const found = new Set<string>();
  for (const [word] of title.toLowerCase().matchAll(words)) {
    const characters = [' ', ' ', ...word, ' '];
    for (let at = 2; at < characters.length; at++)
      found.add(`${characters[at - 2]}${characters[at - 1]}${characters[at]}`);
  }
  return [...found];
}

/** Below 65,536. */
export function trigramHash(trigram: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < trigram.length; at++) hash = Math.imul(hash ^ trigram.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 16)) & 0xffff;
}

/**
 * Tests which titles may be at least so alike a question (0–1, `word_similarity`): that cannot be above the share of the
 * question's trigrams that stand in the title. Never says no to one that is; a hash in common may say yes to one that is not.
 */
export function likenessTest(
  question: string,
  likeness: number,
): ((trigrams: Uint16Array, start: number, end: number) => boolean) | null {
  const asked = titleTrigrams(question);
  if (asked.length === 0) return null;
  const wanted = new Uint8Array(65_536);
  for (const trigram of asked) wanted[trigramHash(trigram)] = 1;
  const different = wanted.reduce((sum, one) => sum + one, 0);
  const least = Math.max(1, Math.ceil(likeness * asked.length) - (asked.length - different));
  return (trigrams, start, end) => {
    let shared = 0;
    for (let at = start; at < end; at++) shared += wanted[trigrams[at] as number] as number;
    return shared >= least;
  };
}
