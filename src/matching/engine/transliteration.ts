import { chineseStopWords } from './stop-words.ts';

/** Character -> pieces that it spells in foreign names -> probability; "" where it is silent in the original. */
export type TransliterationTable = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A name as it may be spelled in Latin letters, and how likely: the geometric mean of its pieces' probabilities. */
export type Spelling = { word: string; likelihood: number };

export type Speller = {
  knows(character: string): boolean;
  /** The likeliest spellings, best first. */
  spellings(name: string): readonly Spelling[];
};

/** A stretch of a run, from `start` on, that may be a foreign name. */
export type Stretch = { key: string; start: number };

const beamWidth = 300;
const minNameLength = 2;
const maxNameLength = 8;
/** Grammar elsewhere, but common inside names (贾里德, 多米尼克). */
const grammarInNames = '里内多可及以比若';
/** 派, 人, 州 at the end or 在 at the front of a name are not spelled: so it is tried without its ends, too, and trusted less. */
const cutTrust = 0.7;
const minWordLength = 4;
const maxKeptNames = 2_000;

/** Spells names that no dictionary holds, by a beam search over the pieces of their characters. Names are remembered. */
export function createSpeller(table: TransliterationTable): Speller {
  const pieces = new Map(Object.entries(table).map(([character, shares]) => [character, Object.entries(shares)]));
  const known = new Map<string, readonly Spelling[]>();
  return {
    knows: (character) => pieces.has(character),
    spellings: (name) => {
      let spelled = known.get(name);
      if (spelled === undefined) {
        spelled = spellWithCuts(name, (part) => spell(Array.from(part, (character) => pieces.get(character) ?? [])));
        if (known.size >= maxKeptNames) {
          known.clear();
        }
        known.set(name, spelled);
      }
      return spelled;
    },
  };
}

/** Neighbouring single characters that spell names, with the known names among them; at least one is no known word. */
export function spelledStretches(
  units: readonly string[],
  isName: (word: string) => boolean,
  speller: Speller,
): Stretch[] {
  const found: Stretch[] = [];
  let key = '';
  let unknown = 0;
  let at = 0;
  for (const unit of [...units, '']) {
    const single = unit.length === 1;
    if (unit !== '' && (single ? mayBeInName(unit, key) : isName(unit)) && [...unit].every(speller.knows)) {
      key += unit;
      unknown += single ? 1 : 0;
    } else {
      if (unknown > 0 && key.length >= minNameLength && key.length <= maxNameLength) {
        found.push({ key, start: at - key.length });
      }
      key = '';
      unknown = 0;
    }
    at += unit.length;
  }
  return found;
}

function mayBeInName(character: string, before: string): boolean {
  return !chineseStopWords.has(character) || (before !== '' && grammarInNames.includes(character));
}

function spellWithCuts(name: string, spellPart: (part: string) => Spelling[]): Spelling[] {
  const cuts = name.length > minNameLength ? [name.slice(0, -1), name.slice(1)] : [];
  return [
    ...spellPart(name),
    ...cuts.flatMap(spellPart).map(({ word, likelihood }) => ({ word, likelihood: cutTrust * likelihood })),
  ];
}

function spell(characters: readonly (readonly [string, number])[][]): Spelling[] {
  let beam = new Map([['', 1]]);
  for (const pieces of characters) {
    const next = new Map<string, number>();
    const floor = smallestKept(beam, pieces);
    for (const [word, likelihood] of beam) {
      for (const [piece, share] of pieces) {
        const reached = likelihood * share;
        if (reached < floor) {
          break;
        }
        const longer = word + piece;
        next.set(longer, (next.get(longer) ?? 0) + reached);
      }
    }
    beam = new Map([...next].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, beamWidth));
  }
  return [...beam]
    .filter(([word]) => word.length >= minWordLength)
    .map(([word, likelihood]) => ({ word, likelihood: likelihood ** (1 / characters.length) }));
}

/** Nothing below a thousandth of the best is worth keeping. */
function smallestKept(beam: ReadonlyMap<string, number>, pieces: readonly (readonly [string, number])[]): number {
  const best = Math.max(0, ...beam.values()) * (pieces[0]?.[1] ?? 0);
  return best / 1_000;
}
