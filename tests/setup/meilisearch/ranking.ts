import { isObject, type Json, type JsonObject, matchesPattern } from './json.ts';
import { matchesOf, type ParsedQuery, type QueryTerm, type TermMatch } from './query-terms.ts';
import type { Settings } from './settings.ts';
import { type SortBy, sortOrder } from './sort.ts';
import { type Token, tokenize } from './tokens.ts';

export interface SearchableText {
  path: string;
  /** Rank among the searchable attributes; 0 is the best. */
  rank: number;
  tokens: Token[];
}

/** Every text of a document by its path: the elements of arrays each, numbers as they are printed. */
export function textsOf(document: JsonObject): { path: string; text: string; indices: number[] }[] {
  const texts: { path: string; text: string; indices: number[] }[] = [];
  const add = (value: Json, path: string, indices: number[]): void => {
    if (typeof value === 'string' || typeof value === 'number') texts.push({ path, text: String(value), indices });
    else if (Array.isArray(value)) for (const [at, one] of value.entries()) add(one, path, [...indices, at]);
    else if (isObject(value))
      for (const [key, one] of Object.entries(value)) add(one, path === '' ? key : `${path}.${key}`, indices);
  };
  add(document, '', []);
  return texts;
}

const analysed = new WeakMap<Settings, WeakMap<JsonObject, SearchableText[]>>();

function searchableTexts(document: JsonObject, settings: Settings): SearchableText[] {
  const ofSettings = analysed.get(settings) ?? new WeakMap<JsonObject, SearchableText[]>();
  analysed.set(settings, ofSettings);
  const known = ofSettings.get(document);
  if (known !== undefined) return known;
  const isAll = settings.searchableAttributes.includes('*');
  const names = isAll ? Object.keys(document) : settings.searchableAttributes;
  const texts = textsOf(document)
    .map(({ path, text }) => ({ path, text, rank: names.findIndex((name) => matchesPattern(name, path)) }))
    .filter(({ rank }) => rank !== -1)
    .map(({ path, text, rank }) => ({ path, rank, tokens: tokenize(text, settings) }));
  ofSettings.set(document, texts);
  return texts;
}

interface Occurrence {
  rank: number;
  position: number;
  typos: number;
  isExact: boolean;
  isWholeText: boolean;
}

function occurrencesOf(term: QueryTerm, texts: readonly SearchableText[], settings: Settings): Occurrence[] {
  return texts.flatMap(({ path, rank, tokens }) => {
    const noTypos = settings.typoTolerance.disableOnAttributes.some((name) => matchesPattern(name, path));
    return matchesOf(term, tokens, settings)
      .filter((match: TermMatch) => match.typos === 0 || !noTypos)
      .map((match) => ({
        rank,
        position: (tokens[match.from] as Token).position,
        typos: match.typos,
        isExact: match.typos === 0 && tokens[match.from]?.text === term.words[0],
        isWholeText: match.from === 0 && match.to === tokens.length,
      }));
  });
}

export interface RankedDocument {
  document: JsonObject;
  /** 0 to 1, comparable within one search only. */
  score: number;
}

interface Candidate {
  document: JsonObject;
  matched: Occurrence[][];
}

const farthest = 8;

function proximityCost(matched: readonly Occurrence[][]): number {
  let cost = 0;
  for (let at = 1; at < matched.length; at += 1) {
    let nearest = farthest;
    for (const before of matched[at - 1] as Occurrence[])
      for (const after of matched[at] as Occurrence[]) {
        if (before.rank !== after.rank || before.position === after.position) continue;
        const gap = after.position - before.position;
        nearest = Math.min(nearest, gap > 0 ? gap : 1 - gap);
      }
    cost += nearest;
  }
  return cost;
}

function least(occurrences: readonly Occurrence[], of: (one: Occurrence) => number): number {
  return occurrences.reduce((best, one) => Math.min(best, of(one)), Number.POSITIVE_INFINITY);
}

function sum(matched: readonly Occurrence[][], of: (one: Occurrence) => number): number {
  return matched.reduce((total, occurrences) => total + least(occurrences, of), 0);
}

/** What a ranking rule counts against a document, and the most it could count. */
function cost(rule: string, { matched }: Candidate, terms: number): { cost: number; most: number } | null {
  switch (rule) {
    case 'words':
      return { cost: terms - matched.length, most: terms };
    case 'typo':
      return { cost: sum(matched, (one) => one.typos), most: 2 * terms };
    case 'proximity':
      return { cost: proximityCost(matched), most: farthest * Math.max(terms - 1, 0) };
    case 'attribute':
    case 'attributeRank':
      return { cost: sum(matched, (one) => Math.min(one.rank, 20)), most: 20 * terms };
    case 'wordPosition':
      return { cost: sum(matched, (one) => Math.min(one.position, 20)), most: 20 * terms };
    case 'exactness': {
      const isWhole = matched.some((occurrences) => occurrences.some((one) => one.isExact && one.isWholeText));
      const inexact = matched.filter((occurrences) => !occurrences.some((one) => one.isExact)).length;
      return { cost: inexact + (isWhole ? 0 : 1), most: terms + 1 };
    }
    default:
      return null;
  }
}

/** In which order the words are needed: the first of the question, or the rarest, last to be left out. */
function needOrder(parsed: ParsedQuery, strategy: string, found: readonly Occurrence[][][]): number[] {
  const order = parsed.terms.map((_, at) => at);
  if (strategy !== 'frequency') return order;
  const documents = order.map((at) => found.filter((ofTerms) => (ofTerms[at] as Occurrence[]).length > 0).length);
  return order.toSorted((a, b) => (documents[a] as number) - (documents[b] as number));
}

/** How many terms a document has of those needed, in the order of need; null when too few. */
function matchedTerms(
  parsed: ParsedQuery,
  ofTerms: Occurrence[][],
  order: number[],
  strategy: string,
): number[] | null {
  const missing = order.findIndex((at) => (ofTerms[at] as Occurrence[]).length === 0);
  const kept = missing === -1 ? order : order.slice(0, missing);
  if (kept.length === 0 || (strategy === 'all' && missing !== -1)) return null;
  if (parsed.terms.some((term, at) => term.isPhrase && (ofTerms[at] as Occurrence[]).length === 0)) return null;
  return kept.toSorted((a, b) => a - b);
}

/**
 * Approximate: which documents match is close to the server's, their order is coarse, and scores only rise and fall
 * with it.
 */
export function rank(
  documents: readonly JsonObject[],
  parsed: ParsedQuery,
  settings: Settings,
  options: { strategy: string; searchOn: readonly string[] | undefined; sort: readonly SortBy[] },
): RankedDocument[] {
  const textsFor = (document: JsonObject): SearchableText[] => {
    const texts = searchableTexts(document, settings);
    const only = options.searchOn;
    return only === undefined ? texts : texts.filter((text) => only.some((name) => matchesPattern(name, text.path)));
  };
  const isExcluded = (document: JsonObject): boolean =>
    parsed.excluded.some((words) => {
      const term = { words, isPhrase: true, isPrefix: false, synonyms: [] };
      return occurrencesOf(term, textsFor(document), settings).length > 0;
    });

  const remaining = documents.filter((document) => !isExcluded(document));
  const found = remaining.map((document) =>
    parsed.terms.map((term) => occurrencesOf(term, textsFor(document), settings)),
  );
  const order = needOrder(parsed, options.strategy, found);
  const candidates = remaining.flatMap((document, at): Candidate[] => {
    if (parsed.terms.length === 0) return [{ document, matched: [] }];
    const ofTerms = found[at] as Occurrence[][];
    const kept = matchedTerms(parsed, ofTerms, order, options.strategy);
    return kept === null ? [] : [{ document, matched: kept.map((term) => ofTerms[term] as Occurrence[]) }];
  });

  const scored = candidates.map((candidate) => {
    let [reached, possible] = [1, 1];
    const costs = settings.rankingRules.map((rule) => {
      const counted = parsed.terms.length === 0 ? null : cost(rule, candidate, parsed.terms.length);
      if (counted === null) return 0;
      const steps = counted.most + 1;
      reached = (reached - 1) * steps + (steps - Math.min(counted.cost, counted.most));
      possible *= steps;
      return counted.cost;
    });
    return { ...candidate, costs, score: reached / possible };
  });
  scored.sort((a, b) => {
    for (const [at, rule] of settings.rankingRules.entries()) {
      const by = rule === 'sort' ? options.sort : rule.includes(':') ? [sortOfRule(rule)] : [];
      const difference =
        by.length > 0 ? sortOrder(a.document, b.document, by) : (a.costs[at] as number) - (b.costs[at] as number);
      if (difference !== 0) return difference;
    }
    return 0;
  });
  return scored.map(({ document, score }) => ({ document, score }));
}

function sortOfRule(rule: string): SortBy {
  const at = rule.lastIndexOf(':');
  return { field: rule.slice(0, at), isDescending: rule.slice(at + 1) === 'desc' };
}
