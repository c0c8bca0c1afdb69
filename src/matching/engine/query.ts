import type { Analysis } from './analysis.ts';
import type { Dictionary } from './dictionary.ts';
import type { IndexStatistics } from './index-reader.ts';
import { parameters } from './parameters.ts';
import {
  type ConceptKind,
  type ConceptMember,
  hanPattern,
  type Occurrences,
  type QueryReading,
  readQuery,
} from './query-reading.ts';
import { termId } from './term-id.ts';
import type { FieldName, Place, TextFields } from './types.ts';

/**
 * What one word of the query asks for. All its members count as one term (a structured synonym: the counts are added up, the
 * document frequency is that of any of them), so a word with many translations is not worth more than one with few.
 */
export type Concept = {
  kind: ConceptKind;
  key: string;
  /** Query-side weight times inverse document frequency: the most this concept can add to a score. */
  weight: number;
  members: readonly ConceptMember[];
  /** Occurrences in the query, for explanations and for the title's own relevance. */
  places: readonly Place[];
};

export type PreparedQuery = {
  fields: TextFields;
  analyses: Record<FieldName, Analysis>;
  /** What the collection's statistics leave of the reading's occurrences, in their order. */
  concepts: Concept[];
  reading: QueryReading;
  /** Of each of the reading's occurrences; 0 for one that no document could answer. */
  weights: Float64Array;
};

/** Reads a whole demand (or result) as a weighted query against the index's statistics. */
export function prepareQuery(
  fields: TextFields,
  index: IndexStatistics,
  dictionary: Dictionary | undefined,
): PreparedQuery {
  return weighQuery(readQuery(fields, index, dictionary), index);
}

export function weighQuery(reading: QueryReading, index: IndexStatistics): PreparedQuery {
  const { fields, analyses, occurrences, isChinese } = reading;
  const weightOfPairs = pairWeight(reading.differentWords);
  const concepts: Concept[] = [];
  const weights = new Float64Array(occurrences.length);
  occurrences.forEach((occurrence, at) => {
    const { kind, key, members, places, frequency: queryFrequency } = occurrence;
    // No word or phrase has a colon.
    const frequency = index.documentFrequency({ key: kind === 'translated' ? key : `${kind}:${key}`, members });
    if (frequency > 0 || kind !== 'translated') {
      const idf = inverseDocumentFrequency(Math.max(frequency, frequencyAsWritten(occurrence, index)), index.size);
      const weight = kindWeight(occurrence, weightOfPairs, isChinese) * queryFrequencyWeight(queryFrequency) * idf;
      weights[at] = weight;
      concepts.push({ kind, key, weight, members, places });
    }
  });
  return { fields, analyses, concepts, reading, weights };
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
function frequencyAsWritten({ key, asWritten }: Occurrences, index: IndexStatistics): number {
  return asWritten === undefined
    ? 0
    : index.documentFrequency({ key: `as written ${key}`, members: [{ ids: asWritten.map(termId), weight: 1 }] });
}

function queryFrequencyWeight(frequency: number): number {
  return ((parameters.k3 + 1) * frequency) / (parameters.k3 + frequency);
}
