import { type Analysis, analyse, type Token } from './analysis.ts';
import type { Dictionary, Rendering } from './dictionary.ts';
import { type InvertedIndex, smallerCounts } from './inverted-index.ts';
import { originalSpan } from './normalize.ts';
import { parameters } from './parameters.ts';
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

type Occurrences = { kind: Concept['kind']; key: string; renderings: Rendering[]; places: Place[] };

/** Reads a whole demand (or result) as a weighted query against the index's statistics. */
export function prepareQuery(
  fields: TextFields,
  index: InvertedIndex,
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
  for (const { kind, key, renderings, places } of occurrences.values()) {
    const members = renderings.flatMap(renderingMembers);
    const frequency = members.length === 1 ? singleFrequency(members, index) : unionFrequency(members, index);
    if (frequency > 0 || kind !== 'translated') {
      const weight = kindWeight(kind) * queryFrequencyWeight(places) * inverseDocumentFrequency(frequency, index.size);
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
    add(occurrences, 'word', token.term, [{ terms: [token.term], phrase: undefined }], placeOf(field, token));
  }
  for (const pair of analysis.pairs) {
    add(occurrences, 'pair', pair.term, [{ terms: [pair.term], phrase: undefined }], placeOf(field, pair));
  }
  if (dictionary === undefined) {
    return;
  }
  const { normalized, originalLength } = analysis;
  for (const run of analysis.hanRuns) {
    for (const { key, start, end, renderings } of dictionary.translateHan(run)) {
      add(occurrences, 'translated', key, renderings, {
        field,
        ...originalSpan(normalized, start, end, originalLength),
      });
    }
  }
  for (const { key, start, end, renderings } of dictionary.translateWords(analysis.tokens)) {
    add(occurrences, 'translated', key, renderings, { field, start, end });
  }
}

function add(
  occurrences: Map<string, Occurrences>,
  kind: Concept['kind'],
  key: string,
  renderings: Rendering[],
  place: Place,
): void {
  const id = `${kind}:${key}`;
  const known = occurrences.get(id);
  if (known === undefined) {
    occurrences.set(id, { kind, key, renderings, places: [place] });
  } else {
    known.places.push(place);
  }
}

function placeOf(field: FieldName, { start, end }: Token): Place {
  return { field, start, end };
}

/** A phrase counts fully where its words stand together, and less where they are only all there. */
function renderingMembers({ terms, phrase }: Rendering): { terms: readonly string[]; weight: number }[] {
  if (terms.length === 1 || phrase === undefined) {
    return [{ terms, weight: 1 }];
  }
  const together = { terms: [phrase], weight: 1 - parameters.scatteredPhraseWeight };
  return [together, { terms, weight: parameters.scatteredPhraseWeight }];
}

function kindWeight(kind: Concept['kind']): number {
  if (kind === 'word') {
    return 1;
  }
  return kind === 'pair' ? parameters.pairWeight : parameters.translatedWeight;
}

function queryFrequencyWeight(places: readonly Place[]): number {
  let frequency = 0;
  for (const { field } of places) {
    frequency += parameters.fields[field].queryWeight;
  }
  return ((parameters.k3 + 1) * frequency) / (parameters.k3 + frequency);
}

function singleFrequency(members: Concept['members'], index: InvertedIndex): number {
  const terms = members[0]?.terms ?? [];
  return terms.length === 1 ? index.documentFrequency(terms[0] ?? '') : unionFrequency(members, index);
}

function unionFrequency(members: Concept['members'], index: InvertedIndex): number {
  const slots = new Set<number>();
  for (const { terms } of members) {
    index.forEachWithAll(terms, (slot) => slots.add(slot));
  }
  return slots.size;
}
