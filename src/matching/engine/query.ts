import { type Analysis, analyse, type Token } from './analysis.ts';
import type { Dictionary, Rendering, Translatable } from './dictionary.ts';
import type { IndexStatistics } from './index-reader.ts';
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
  for (const field of fieldNames) {
    collect(occurrences, field, analyses[field], dictionary);
  }
  const concepts: Concept[] = [];
  const weightOfPairs = pairWeight([...occurrences.values()].filter(({ kind }) => kind === 'word').length);
  for (const occurrence of occurrences.values()) {
    const { kind, key, renderings, places } = occurrence;
    const members = renderings.flatMap(renderingMembers);
    const frequency = index.documentFrequency({ key, members });
    if (frequency > 0 || kind !== 'translated') {
      const idf = inverseDocumentFrequency(Math.max(frequency, frequencyAsWritten(occurrence, index)), index.size);
      const weight = kindWeight(occurrence, weightOfPairs) * queryFrequencyWeight(places) * idf;
      concepts.push({ kind, key, weight, members, places });
    }
  }
  return { fields, analyses, concepts };
}

/**
 * How many documents of other topics a young platform is taken to hold besides its own. Without them, the first few
 * records on one topic would make its words look common, and a right pair would score as if nothing had been said.
 */
const assumedOthers = 1_000;

/** BM25's inverse document frequency in the form that never falls below zero, over a collection that is never tiny. */
function inverseDocumentFrequency(documents: number, all: number): number {
  return Math.log(1 + (all + assumedOthers - documents + 0.5) / (documents + 0.5));
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
  dictionary: Dictionary | undefined,
): void {
  for (const token of analysis.tokens) {
    add(occurrences, 'word', asWritten(token), placeOf(field, token));
  }
  for (const pair of analysis.pairs) {
    add(occurrences, 'pair', asWritten(pair), placeOf(field, pair));
  }
  if (dictionary === undefined) {
    return;
  }
  const { normalized, originalLength } = analysis;
  for (const run of analysis.hanRuns) {
    for (const word of dictionary.translateHan(run)) {
      const span = originalSpan(normalized, word.start, word.end, originalLength);
      add(occurrences, 'translated', word, { field, ...span });
    }
  }
  for (const phrase of dictionary.translateWords(analysis.tokens)) {
    add(occurrences, 'translated', phrase, placeOf(field, phrase));
  }
}

function add(
  occurrences: Map<string, Occurrences>,
  kind: Concept['kind'],
  { key, terms, renderings, inner }: Omit<Translatable, 'start' | 'end'>,
  place: Place,
): void {
  const id = `${kind}:${key}`;
  const known = occurrences.get(id);
  if (known === undefined) {
    occurrences.set(id, { kind, key, terms, renderings, inner, places: [place] });
  } else {
    known.inner &&= inner;
    known.places.push(place);
  }
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

function kindWeight({ kind, inner }: Occurrences, weightOfPairs: number): number {
  if (kind === 'translated') {
    return parameters.translatedWeight * (inner ? parameters.innerWordWeight : 1);
  }
  return kind === 'pair' ? weightOfPairs : 1;
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

function queryFrequencyWeight(places: readonly Place[]): number {
  let frequency = 0;
  for (const { field } of places) {
    frequency += parameters.fields[field].queryWeight;
  }
  return ((parameters.k3 + 1) * frequency) / (parameters.k3 + frequency);
}
