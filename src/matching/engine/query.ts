import { type Analysis, analyse, type Token } from './analysis.ts';
import type { Dictionary, Rendering, Translatable } from './dictionary.ts';
import type { ConceptMembers, IndexStatistics } from './index-reader.ts';
import { originalSpan } from './normalize.ts';
import { parameters } from './parameters.ts';
import { smallerCounts } from './term-counts.ts';
import { type FieldName, fieldNames, type Place, type TextFields } from './types.ts';

/**
 * What one word of the query asks for. All its members count as one term (a structured synonym: the counts are added up, the
 * document frequency is that of any of them), so a word with many translations is not worth more than one with few.
 */
export type Concept = {
  kind: 'word' | 'pair' | 'translated';
  key: string;
  /** Query-side weight times inverse document frequency: the most this concept can add to a score. */
  weight: number;
  members: readonly { terms: readonly string[]; weight: number }[];
  /** Occurrences in the query, for explanations and for the title's own relevance. */
  places: Place[];
};

export type PreparedQuery = {
  fields: TextFields;
  analyses: Record<FieldName, Analysis>;
  concepts: Concept[];
};

type Occurrences = {
  kind: Concept['kind'];
  key: string;
  /** What the dictionary says in the other language; otherwise the term itself. */
  renderings: Rendering[];
  /** The index terms as written. */
  terms: readonly string[];
  /** Only ever part of a longer known word. */
  inner: boolean;
  places: Place[];
  /** Occurrences, weighted by field and by how early they stand. */
  frequency: number;
};

/** Reads a whole demand (or result) as a weighted query against the index's statistics. */
export function prepareQuery(
  fields: TextFields,
  index: IndexStatistics,
  dictionary: Dictionary | undefined,
): PreparedQuery {
  const analyses = {
    title: analyse(fields.title),
    keywords: analyse(fields.keywords),
    body: analyse(fields.body),
  };
  const occurrences = new Map<string, Occurrences>();
  const names = { left: parameters.names.maxPerQuery };
  for (const field of fieldNames) {
    collect(occurrences, field, analyses[field], index, dictionary, names);
  }
  const concepts: Concept[] = [];
  const words = [...occurrences.values()].filter(({ kind }) => kind === 'word');
  const weightOfPairs = pairWeight(words.length);
  const isChinese = 2 * words.filter(({ key }) => hanPattern.test(key)).length > words.length;
  for (const occurrence of occurrences.values()) {
    const { kind, key, renderings, places, frequency: queryFrequency } = occurrence;
    const members = renderings.flatMap(renderingMembers);
    const frequency = index.documentFrequency({ key, members });
    if (frequency > 0 || kind !== 'translated') {
      const idf = inverseDocumentFrequency(Math.max(frequency, frequencyAsWritten(occurrence, index)), index.size);
      const weight = kindWeight(occurrence, weightOfPairs, isChinese) * queryFrequencyWeight(queryFrequency) * idf;
      concepts.push({ kind, key, weight, members, places });
    }
  }
  return { fields, analyses, concepts };
}

/**
 * A young platform is taken to hold documents of other topics besides its own, up to this number. Without them, the first few
 * records on one topic would make its words look common, and a right pair would score as if nothing had been said.
 */
const leastDocuments = 1_000;

/** BM25's inverse document frequency in the form that never falls below zero, over a collection that is never tiny. */
function inverseDocumentFrequency(documents: number, all: number): number {
  return Math.log(1 + (Math.max(all, leastDocuments) - documents + 0.5) / (documents + 0.5));
}

/** Adds up a concept's frequency in one document, from its packed counts per term. */
export function conceptCounts(
  concept: Concept,
  counts: ReadonlyMap<string, number>,
): { packed: number; weight: number }[] {
  const found: { packed: number; weight: number }[] = [];
  for (const { terms, weight } of concept.members) {
    let packed = counts.get(terms[0] ?? '') ?? 0;
    for (let at = 1; at < terms.length && packed > 0; at++) {
      packed = smallerCounts(packed, counts.get(terms[at] ?? '') ?? 0);
    }
    if (packed > 0) {
      found.push({ packed, weight });
    }
  }
  return found;
}

function collect(
  occurrences: Map<string, Occurrences>,
  field: FieldName,
  analysis: Analysis,
  index: IndexStatistics,
  dictionary: Dictionary | undefined,
  names: { left: number },
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
    const tried = dictionary.spellNames(run, names.left);
    names.left -= tried.length;
    const spelled = tried.flatMap((name) => foundName(name, index));
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
function foundName(name: Translatable, index: IndexStatistics): Translatable[] {
  const { maxSpellings, minLikelihood, minShortLikelihood, shortLetters } = parameters.names;
  const found = name.renderings
    .filter(({ terms: [term = ''], weight }) => {
      const needed = term.length > shortLetters ? minLikelihood : minShortLikelihood;
      return weight >= needed && index.documentFrequency(termConcept(term)) > 0;
    })
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, maxSpellings);
  const best = found[0]?.weight ?? 1;
  const renderings = found.map((rendering) => ({ ...rendering, weight: (rendering.weight / best) ** 2 }));
  // The key tells apart what is found by what the collection held at the time.
  const key = `${name.key}=${renderings.map(({ terms, weight }) => `${terms[0]}:${weight.toFixed(4)}`).join()}`;
  return found.length > 0 ? [{ ...name, key, renderings }] : [];
}

function termConcept(term: string): ConceptMembers {
  return { key: term, members: [{ terms: [term], weight: 1 }] };
}

/** The characters of a name mean nothing one by one. */
function spellsNameIn(names: readonly Translatable[], { key, start, end }: Translatable): boolean {
  return key.length === 1 && names.some((name) => name.start <= start && end <= name.end);
}

function add(
  occurrences: Map<string, Occurrences>,
  kind: Concept['kind'],
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
function renderingMembers({ terms, phrase, weight }: Rendering): { terms: readonly string[]; weight: number }[] {
  if (terms.length === 1 || phrase === undefined) {
    return [{ terms, weight }];
  }
  const scattered = parameters.scatteredPhraseWeight * weight;
  return [
    { terms: [phrase], weight: weight - scattered },
    { terms, weight: scattered },
  ];
}

const hanPattern = /\p{Script=Han}/u;

function kindWeight({ kind, key, inner }: Occurrences, weightOfPairs: number, isChinese: boolean): number {
  const { translatedWeight, innerWordWeight, loneCharacterWeight } = parameters;
  if (kind === 'translated') {
    return translatedWeight * (inner ? innerWordWeight : 1) * (key.length === 1 ? loneCharacterWeight : 1);
  }
  const inBothLanguages = isChinese && !hanPattern.test(key);
  return (kind === 'pair' ? weightOfPairs : 1) * (inBothLanguages ? translatedWeight : 1);
}

function pairWeight(differentWords: number): number {
  const { short, long, shortWords, longWords } = parameters.pairWeight;
  const share = Math.min(1, Math.max(0, (differentWords - shortWords) / (longWords - shortWords)));
  return short + share * (long - short);
}

/** A word that is common here as written is common, however rare its translations are. */
function frequencyAsWritten({ kind, key, terms }: Occurrences, index: IndexStatistics): number {
  return kind === 'translated'
    ? index.documentFrequency({ key: `as written ${key}`, members: [{ terms, weight: 1 }] })
    : 0;
}

function queryFrequencyWeight(frequency: number): number {
  return ((parameters.k3 + 1) * frequency) / (parameters.k3 + frequency);
}
