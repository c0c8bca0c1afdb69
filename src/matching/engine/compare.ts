import { analyse } from './analysis.ts';
import type { Dictionary, Translatable } from './dictionary.ts';
import type { IndexStatistics } from './index-reader.ts';
import { occurrenceWeights, saturate, weightedFrequency } from './length-norms.ts';
import { type Concept, conceptCounts, type PreparedQuery } from './query.ts';
import { countTerms, type DocumentCounts, headingCounts } from './term-counts.ts';
import type { Relevance, TextFields } from './types.ts';

/** Scores one pair of texts on scales that do not depend on the other candidates. */
export function compareTexts(query: PreparedQuery, document: TextFields, index: IndexStatistics): Relevance {
  const whole = countsOf(document);
  const heading = new Map([...whole.counts].map(([term, packed]) => [term, headingCounts(packed)]));
  const headingConcepts = query.concepts.filter(({ places }) => places.some(({ field }) => field !== 'body'));
  const direct = query.concepts.filter(({ kind }) => kind !== 'translated');
  const translated = query.concepts.filter(({ kind }) => kind === 'translated');
  const occurrences = occurrenceWeights(whole.lengths, index.norms);
  const frequencyIn = ({ packed, weight }: { packed: number; weight: number }) =>
    weight * weightedFrequency(packed, occurrences);

  function shareOf(concepts: readonly Concept[], counts: ReadonlyMap<string, number>): number {
    let reached = 0;
    let reachable = 0;
    for (const concept of concepts) {
      const frequency = conceptCounts(concept, counts).reduce((sum, found) => sum + frequencyIn(found), 0);
      reached += concept.weight * saturate(frequency);
      // Pairs add to what is reached and are not asked for: nobody repeats a long text phrase by phrase.
      reachable += concept.kind === 'pair' ? 0 : concept.weight;
    }
    return reachable > 0 ? Math.min(1, reached / reachable) : 0;
  }

  return {
    title: shareOf(
      headingConcepts.filter(({ kind }) => kind !== 'translated'),
      heading,
    ),
    body: shareOf(direct, whole.counts),
    crossLanguage: shareOf(translated, whole.counts),
    languageGap: languageGap(hanShare(query.fields), hanShare(document)),
  };
}

/** Abbreviations and units in Chinese text do not make it English: small differences count as none, large ones as whole. */
function languageGap(a: number, b: number): number {
  return Math.min(1, Math.max(0, (Math.abs(a - b) - 0.3) / 0.4));
}

/** A text is compared with many queries in one run. */
const countsByFields = new WeakMap<TextFields, DocumentCounts>();

function countsOf(fields: TextFields): DocumentCounts {
  let counts = countsByFields.get(fields);
  if (counts === undefined) {
    counts = countTerms(fields);
    countsByFields.set(fields, counts);
  }
  return counts;
}

const hanGlobal = /\p{Script=Han}/gu;
const latinWordGlobal = /\p{Script=Latin}+/gu;

/** How much of a text is Chinese: 0 none, 1 all. An English word weighs as much as a Chinese word of two characters. */
function hanShare({ title, keywords, body }: TextFields): number {
  const text = `${title} ${keywords} ${body}`;
  const han = (text.match(hanGlobal)?.length ?? 0) / 2;
  const latin = text.match(latinWordGlobal)?.length ?? 0;
  return han + latin > 0 ? han / (han + latin) : 0;
}

/** A short name read once: its terms, and the Chinese words that the dictionary knows in it. */
export type AnalysedName = { terms: ReadonlySet<string>; words: readonly Translatable[] };

export function analyseName(name: string, dictionary: Dictionary | undefined): AnalysedName {
  const { tokens, hanRuns } = analyse(name);
  return {
    terms: new Set(tokens.map(({ term }) => term)),
    words: hanRuns.flatMap((run) => dictionary?.translateHan(run) ?? []).filter(({ inner }) => !inner),
  };
}

/** Share of the words of both names that meet (Dice), in the same language or through the dictionary. */
export function nameSimilarity(a: AnalysedName, b: AnalysedName): number {
  return Math.max(sameWords(a, b), throughDictionary(a, b), throughDictionary(b, a));
}

function sameWords({ terms: a }: AnalysedName, { terms: b }: AnalysedName): number {
  let shared = 0;
  for (const term of a) {
    shared += b.has(term) ? 1 : 0;
  }
  return a.size + b.size > 0 ? (2 * shared) / (a.size + b.size) : 0;
}

function throughDictionary({ words }: AnalysedName, { terms: wanted }: AnalysedName): number {
  const covered = new Set<string>();
  let met = 0;
  for (const { renderings } of words) {
    let fits = false;
    for (const { terms } of renderings) {
      if (terms.every((term) => wanted.has(term))) {
        fits = true;
        for (const term of terms) {
          covered.add(term);
        }
      }
    }
    met += fits ? 1 : 0;
  }
  return met === 0 ? 0 : (met + covered.size) / (words.length + wanted.size);
}
