/**
 * Synthetic texts for measuring speed. Published so that anyone can repeat a figure: 50,000 words made of syllables; the word
 * of rank r is drawn with a probability proportional to 1 / r (Zipf, exponent 1), each word of a text independently; a document
 * has 120 of them, 10 in the title; a query has 40 different ones, 8 in the title, drawn by the same law; mulberry32 with a seed.
 */
export const syntheticSettings = {
  vocabulary: 50_000,
  zipfExponent: 1,
  documentWords: { title: 10, body: 110 },
  queryWords: { title: 8, body: 32 },
  seed: 20_260_101,
};

export type SyntheticText = { id: string; title: string; body: string };

/** The same documents and queries for the same numbers, on every machine; the queries do not depend on the documents. */
export function* syntheticDocuments(count: number): Generator<SyntheticText> {
  const random = mulberry32(syntheticSettings.seed);
  const draw = zipf(random);
  const { title, body } = syntheticSettings.documentWords;
  for (let at = 0; at < count; at++) {
    yield { id: `d${at}`, title: words(draw, title).join(' '), body: words(draw, body).join(' ') };
  }
}

export function syntheticQueries(count: number): SyntheticText[] {
  const random = mulberry32(syntheticSettings.seed + 1);
  const draw = zipf(random);
  const { title, body } = syntheticSettings.queryWords;
  return Array.from({ length: count }, (_, at) => {
    const different = new Set<string>();
    while (different.size < title + body) {
      different.add(draw());
    }
    const shuffled = shuffle([...different], random);
    return { id: `q${at}`, title: shuffled.slice(0, title).join(' '), body: shuffled.slice(title).join(' ') };
  });
}

function words(draw: () => string, count: number): string[] {
  return Array.from({ length: count }, draw);
}

function zipf(random: () => number): () => string {
  const draw = zipfRanks(random, syntheticSettings.vocabulary);
  return () => wordOf(draw());
}

/** Draws ranks from 0, the r-th with a probability proportional to 1 / r. */
export function zipfRanks(random: () => number, vocabulary: number): () => number {
  const { zipfExponent } = syntheticSettings;
  const cumulative = new Float64Array(vocabulary);
  let sum = 0;
  for (let rank = 1; rank <= vocabulary; rank++) {
    sum += rank ** -zipfExponent;
    cumulative[rank - 1] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let low = 0;
    let high = vocabulary - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((cumulative[middle] ?? 0) < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };
}

const consonants = 'bcdfgklmnprstvz';
const vowels = 'aiou';
const syllables = consonants.length * vowels.length;

/** At least three syllables, the rank written to the base of 60. */
export function wordOf(rank: number): string {
  let word = '';
  for (let rest = rank, at = 0; at < 3; at++) {
    const syllable = rest % syllables;
    word += `${consonants[syllable % consonants.length]}${vowels[Math.floor(syllable / consonants.length)]}`;
    rest = Math.floor(rest / syllables);
  }
  return word;
}

function shuffle<T>(items: T[], random: () => number): T[] {
  const left = [...items];
  return items.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}

export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
