import { type Analysis, analyse, type HanRun, type Token } from './analysis.ts';
import type { Dictionary, Rendering, Translatable } from './dictionary.ts';
import type { IndexStatistics } from './index-reader.ts';
import { originalSpan } from './normalize.ts';
import { parameters } from './parameters.ts';
import type { Member } from './query-list.ts';
import { termId } from './term-id.ts';
import { type FieldName, fieldNames, type Place, type TextFields } from './types.ts';

/** A text read as a query, before the collection's statistics weigh it. */
export type QueryReading = {
  fields: TextFields;
  analyses: Record<FieldName, Analysis>;
  /** Words, pairs and translations, each once, as they first stand in the text. */
  occurrences: readonly Occurrences[];
  differentWords: number;
  isChinese: boolean;
  /** Terms that what may be a name could be spelled as, and which of them the collection held: with others the reading is another. */
  spellings: { ids: Float64Array; held: Uint8Array };
};

/** Words and pairs as written, or what the dictionary says in the other language. */
export type ConceptKind = 'word' | 'pair' | 'translated';
/** One way to say a concept: all of its terms must occur. `ids` are theirs. */
export type ConceptMember = Member & { terms: readonly string[] };

/** What is asked for by one word of a text, wherever it stands. */
export type Occurrences = {
  kind: ConceptKind;
  key: string;
  members: readonly ConceptMember[];
  /** Of a translated word: the index terms as written. */
  asWritten: readonly string[] | undefined;
  /** Only ever part of a longer known word. */
  inner: boolean;
  places: readonly Place[];
  /** Occurrences, weighted by field and by how early they stand. */
  frequency: number;
};

type Collected = Pick<Occurrences, 'kind' | 'key' | 'inner' | 'frequency'> &
  Pick<Translatable, 'renderings' | 'terms'> & { places: Place[] };

/** Reads a text; of the index, only which spellings of names it holds. */
export function readQuery(
  fields: TextFields,
  index: IndexStatistics,
  dictionary: Dictionary | undefined,
): QueryReading {
  const analyses = { title: analyse(fields.title), keywords: analyse(fields.keywords), body: analyse(fields.body) };
  const collected = new Map<string, Collected>();
  const names = new Names(index);
  for (const field of fieldNames) {
    collect(collected, field, analyses[field], dictionary, names);
  }
  const words = [...collected.values()].filter(({ kind }) => kind === 'word');
  return {
    fields,
    analyses,
    occurrences: Array.from(collected.values(), occurrencesOf),
    differentWords: words.length,
    isChinese: 2 * words.filter(({ key }) => hanPattern.test(key)).length > words.length,
    spellings: names.spellings(),
  };
}

/** Whether the collection holds the same spellings of its names as when it was read. */
export function isStillRead({ spellings: { ids, held } }: QueryReading, index: IndexStatistics): boolean {
  return ids.every((id, at) => (holds(index, id) ? 1 : 0) === held[at]);
}

function holds(index: IndexStatistics, id: number): boolean {
  return index.documentFrequency({ key: '', members: [{ ids: [id], weight: 1 }] }) > 0;
}

function occurrencesOf({ kind, key, renderings, terms, inner, places, frequency }: Collected): Occurrences {
  const isTranslated = kind === 'translated';
  const members = isTranslated ? membersOf(renderings) : renderings.flatMap(renderingMembers);
  return { kind, key, members, asWritten: isTranslated ? terms : undefined, inner, places, frequency };
}

/** The dictionary gives the same renderings to every text that has the word, and these are kept as long. */
const membersByRenderings = new WeakMap<readonly Rendering[], readonly ConceptMember[]>();

function membersOf(renderings: readonly Rendering[]): readonly ConceptMember[] {
  const members = membersByRenderings.get(renderings) ?? renderings.flatMap(renderingMembers);
  membersByRenderings.set(renderings, members);
  return members;
}

/** The names of one text, of which only so many are tried. */
class Names {
  private tried = 0;
  private readonly ids: number[] = [];
  private readonly held: number[] = [];
  private readonly index: IndexStatistics;

  constructor(index: IndexStatistics) {
    this.index = index;
  }

  /** Those of a run that the collection holds. */
  spelledIn(run: HanRun, dictionary: Dictionary): Translatable[] {
    const tried = dictionary.spellNames(run, parameters.names.maxPerQuery - this.tried);
    this.tried += tried.length;
    return tried.flatMap((name) => foundName(name, (term) => this.holds(term)));
  }

  spellings(): QueryReading['spellings'] {
    return { ids: Float64Array.from(this.ids), held: Uint8Array.from(this.held) };
  }

  private holds(term: string): boolean {
    const id = termId(term);
    const isHeld = holds(this.index, id);
    this.ids.push(id);
    this.held.push(isHeld ? 1 : 0);
    return isHeld;
  }
}

function collect(
  occurrences: Map<string, Collected>,
  field: FieldName,
  analysis: Analysis,
  dictionary: Dictionary | undefined,
  names: Names,
): void {
  const weightAt = occurrenceWeightIn(field, analysis.tokens);
  for (const token of analysis.tokens) {
    add(occurrences, 'word', asWritten(token), placeOf(field, token), weightAt(token.start));
  }
  for (const pair of analysis.pairs) {
    add(occurrences, 'pair', asWritten(pair), placeOf(field, pair), weightAt(pair.start));
  }
  if (dictionary === undefined) {
    return;
  }
  const { normalized, originalLength } = analysis;
  for (const run of analysis.hanRuns) {
    const spelled = names.spelledIn(run, dictionary);
    const words = dictionary.translateHan(run).filter((word) => !spellsNameIn(spelled, word));
    for (const word of [...words, ...spelled]) {
      const span = originalSpan(normalized, word.start, word.end, originalLength);
      add(occurrences, 'translated', word, { field, ...span }, weightAt(span.start));
    }
  }
  for (const phrase of dictionary.translateWords(analysis.tokens)) {
    add(occurrences, 'translated', phrase, placeOf(field, phrase), weightAt(phrase.start));
  }
}

/** The name with the spellings that the collection holds, if any; the likeliest of them counts fully. */
function foundName(name: Translatable, isHeld: (term: string) => boolean): Translatable[] {
  const { maxSpellings, minLikelihood, minShortLikelihood, shortLetters } = parameters.names;
  const found = name.renderings
    .filter(({ terms: [term = ''], weight }) => {
      const needed = term.length > shortLetters ? minLikelihood : minShortLikelihood;
      return weight >= needed && isHeld(term);
    })
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, maxSpellings);
  const best = found[0]?.weight ?? 1;
  const renderings = found.map((rendering) => ({ ...rendering, weight: (rendering.weight / best) ** 2 }));
  // The key tells apart what is found by what the collection held at the time.
  const key = `${name.key}=${renderings.map(({ terms, weight }) => `${terms[0]}:${weight.toFixed(4)}`).join()}`;
  return found.length > 0 ? [{ ...name, key, renderings }] : [];
}

/** The characters of a name mean nothing one by one. */
function spellsNameIn(names: readonly Translatable[], { key, start, end }: Translatable): boolean {
  return key.length === 1 && names.some((name) => name.start <= start && end <= name.end);
}

function add(
  occurrences: Map<string, Collected>,
  kind: ConceptKind,
  { key, terms, renderings, inner }: Omit<Translatable, 'start' | 'end'>,
  place: Place,
  weight: number,
): void {
  const id = `${kind}:${key}`;
  const known = occurrences.get(id);
  if (known === undefined) {
    occurrences.set(id, { kind, key, terms, renderings, inner, places: [place], frequency: weight });
  } else {
    known.inner &&= inner;
    known.places.push(place);
    known.frequency += weight;
  }
}

/** What an occurrence in a field counts, by where it starts: the earlier, the more. */
function occurrenceWeightIn(field: FieldName, tokens: readonly Token[]): (start: number) => number {
  const { halfAt, least } = parameters.earliness;
  const positions = new Map<number, number>();
  tokens.forEach(({ start }, at) => {
    positions.set(start, positions.get(start) ?? at);
  });
  return (start) =>
    parameters.fields[field].queryWeight * Math.max(least, 1 / (1 + (positions.get(start) ?? 0) / halfAt));
}

function asWritten({ term }: Token): Omit<Translatable, 'start' | 'end'> {
  const terms = [term];
  return { key: term, terms, renderings: [{ terms, phrase: undefined, weight: 1 }], inner: false };
}

function placeOf(field: FieldName, { start, end }: { start: number; end: number }): Place {
  return { field, start, end };
}

/** A phrase counts fully where its words stand together, and less where they are only all there. */
function renderingMembers({ terms, phrase, weight }: Rendering): ConceptMember[] {
  if (terms.length === 1 || phrase === undefined) {
    return [memberOf(terms, weight)];
  }
  const scattered = parameters.scatteredPhraseWeight * weight;
  return [memberOf([phrase], weight - scattered), memberOf(terms, scattered)];
}

function memberOf(terms: readonly string[], weight: number): ConceptMember {
  return { terms, ids: terms.map(termId), weight };
}

export const hanPattern = /\p{Script=Han}/u;
