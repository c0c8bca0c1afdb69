import { analyse, type Token } from './analysis.ts';
import type { Concept, PreparedQuery } from './query.ts';
import { fieldNames, type MatchedTerm, type Place, type TextFields } from './types.ts';

const maxMatchedTerms = 12;
const maxPlacesPerTerm = 16;

/**
 * The stretches that both texts share, as long as they can be made (bigrams joined back into the words people wrote), then
 * the words that meet through the dictionary; the weightiest first.
 */
export function matchTerms(query: PreparedQuery, document: TextFields): MatchedTerm[] {
  const total = query.concepts.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) {
    return [];
  }
  const positions = positionsByTerm(document);
  const found = new Map<string, MatchedTerm>();
  collectShared(found, query, document, positions, total);
  const covered = coverNothing(query.fields);
  for (const concept of query.concepts) {
    if (concept.kind === 'translated') {
      addTranslated(found, covered, concept, query, document, positions, total);
    }
  }
  return [...found.values()]
    .toSorted((a, b) => b.share - a.share || (a.queryText < b.queryText ? -1 : 1))
    .slice(0, maxMatchedTerms);
}

type Position = { field: Place['field']; text: string; tokens: Token[]; at: number };

function positionsByTerm(document: TextFields): Map<string, Position[]> {
  const positions = new Map<string, Position[]>();
  for (const field of fieldNames) {
    const text = document[field];
    const { tokens } = analyse(text);
    tokens.forEach(({ term }, at) => {
      const known = positions.get(term);
      if (known === undefined) {
        positions.set(term, [{ field, text, tokens, at }]);
      } else if (known.length < maxPlacesPerTerm) {
        known.push({ field, text, tokens, at });
      }
    });
  }
  return positions;
}

function collectShared(
  found: Map<string, MatchedTerm>,
  query: PreparedQuery,
  document: TextFields,
  positions: ReadonlyMap<string, Position[]>,
  total: number,
): void {
  const weightByTerm = new Map(query.concepts.map(({ kind, key, weight }) => [`${kind}:${key}`, weight]));
  const counted = new Set<string>();
  for (const field of fieldNames) {
    const { tokens } = query.analyses[field];
    for (let at = 0; at < tokens.length; ) {
      const stretch = longestStretch({ field, text: query.fields[field], tokens, at }, positions);
      if (stretch === undefined) {
        at++;
        continue;
      }
      const { length, position } = stretch;
      const queryPlace = spanOf(field, tokens, at, length);
      const documentPlace = spanOf(position.field, position.tokens, position.at, length);
      let share = 0;
      for (const { term } of tokens.slice(at, at + length)) {
        share += counted.has(term) ? 0 : (weightByTerm.get(`word:${term}`) ?? 0) / total;
        counted.add(term);
      }
      const trimmed = trimGrammar(textAt(query.fields, queryPlace), [queryPlace, documentPlace]);
      if (trimmed !== undefined) {
        const [a, b] = trimmed;
        addMatch(found, 'same', textAt(query.fields, a), textAt(document, b), share, [a], [b]);
      }
      at += length;
    }
  }
}

function longestStretch(
  from: Position,
  positions: ReadonlyMap<string, Position[]>,
): { length: number; position: Position } | undefined {
  let best: { length: number; position: Position } | undefined;
  for (const position of positions.get(from.tokens[from.at]?.term ?? '') ?? []) {
    let length = 1;
    while (
      follows(from, length) &&
      follows(position, length) &&
      from.tokens[from.at + length]?.term === position.tokens[position.at + length]?.term
    ) {
      length++;
    }
    if (best === undefined || length > best.length) {
      best = { length, position };
    }
  }
  return best;
}

/** Whether the token so many steps on continues the one before it: overlapping bigrams, or words joined by a blank or hyphen. */
function follows({ text, tokens, at }: Position, step: number): boolean {
  const [before, token] = [tokens[at + step - 1], tokens[at + step]];
  if (before === undefined || token === undefined || token.start > before.end + 1) {
    return false;
  }
  return token.start < before.end || /^[ -]$/.test(text.slice(before.end, token.start));
}

/** Particles and prepositions that bigrams catch at the ends of a shared stretch; no word that people look for starts or ends so. */
const grammarAtEnds =
  /^[的在和与及了是对为等将使以并从到所被把也就而且或]+|[的在和与及了是对为等将使以并从到所被把也就而且或上中下]+$/gu;

/** The stretch without grammar at its ends; the same characters are cut on both sides. */
function trimGrammar(text: string, places: readonly [Place, Place]): [Place, Place] | undefined {
  const kept = text.replace(grammarAtEnds, '');
  if (kept.length < 2) {
    return undefined;
  }
  const front = text.indexOf(kept);
  const back = text.length - front - kept.length;
  const [a, b] = places;
  return [
    { ...a, start: a.start + front, end: a.end - back },
    { ...b, start: b.start + front, end: b.end - back },
  ];
}

/** Words come before the words inside them, which then say nothing new. */
function addTranslated(
  found: Map<string, MatchedTerm>,
  covered: Covered,
  { places, members, weight }: Concept,
  query: PreparedQuery,
  document: TextFields,
  positions: ReadonlyMap<string, Position[]>,
  total: number,
): void {
  const [queryPlace] = places;
  if (queryPlace !== undefined) {
    const characters = covered[queryPlace.field];
    if (characters[queryPlace.start] === 1 && characters[queryPlace.end - 1] === 1) {
      return;
    }
  }
  for (const { terms } of members) {
    const first = terms.length === 1 ? positions.get(terms[0] ?? '')?.[0] : togetherAt(terms, positions);
    if (first !== undefined && queryPlace !== undefined) {
      const documentPlace = spanOf(first.field, first.tokens, first.at, terms.length);
      addMatch(
        found,
        'translated',
        textAt(query.fields, queryPlace),
        textAt(document, documentPlace),
        weight / total,
        places,
        [documentPlace],
      );
      for (const { field, start, end } of places) {
        covered[field].fill(1, start, end);
      }
      return;
    }
  }
}

/** Which characters of the query stand in a translated word that is shown already. */
type Covered = Record<Place['field'], Uint8Array>;

function coverNothing({ title, keywords, body }: TextFields): Covered {
  return {
    title: new Uint8Array(title.length),
    keywords: new Uint8Array(keywords.length),
    body: new Uint8Array(body.length),
  };
}

/** Where the terms stand one after the other. */
function togetherAt(terms: readonly string[], positions: ReadonlyMap<string, Position[]>): Position | undefined {
  return positions
    .get(terms[0] ?? '')
    ?.find(({ tokens, at }) => terms.every((term, step) => tokens[at + step]?.term === term));
}

function addMatch(
  found: Map<string, MatchedTerm>,
  kind: MatchedTerm['kind'],
  queryText: string,
  documentText: string,
  share: number,
  queryPlaces: readonly Place[],
  documentPlaces: Place[],
): void {
  const key = queryText.toLowerCase();
  const known = found.get(key);
  if (known === undefined) {
    found.set(key, { kind, queryText, documentText, share, queryPlaces: [...queryPlaces], documentPlaces });
    return;
  }
  known.share += share;
  if (known.kind === kind) {
    known.queryPlaces.push(...queryPlaces);
  }
}

function spanOf(field: Place['field'], tokens: readonly Token[], at: number, length: number): Place {
  return { field, start: tokens[at]?.start ?? 0, end: tokens[at + length - 1]?.end ?? 0 };
}

function textAt(fields: TextFields, { field, start, end }: Place): string {
  return fields[field].slice(start, end);
}
