import type { Database } from '../../../db/client.ts';
import type { SearchKind, SearchQuery } from '../../core/search-index.ts';
import type { QueryTerm } from '../index-terms.ts';
import { type IndexView, readLikeness, type SegmentView, viewIndex, viewIndexSoon } from '../store/segments.ts';
import { idAt } from './columns.ts';
import { type Answered, answerOf } from './counting.ts';
import { compileFilters } from './filters.ts';
import { everything, isDead, type Matches, placesOf, type TermPlaces, withEvery } from './matching.ts';
import { likenessTest } from './trigrams.ts';

/** With fewer documents that have all terms, those with some of them, or with a title spelt alike, are found as well. */
const enoughDocuments = 10;
/** A term in more than this share of its kind's documents does not by itself make one a hit … */
const commonShare = 0.03;
/** … but in so few it does. */
const alwaysTelling = 100;
const maxSimilarLength = 100;
/** How alike, 0–1, a question and a stretch of a title must be for a typing mistake (`word_similarity`). */
const likeness = 0.45;
/** What a term counts that does not stand in the title. */
const outsideTitle = 0.75;

/** Everything where nothing is asked; documents with every term; where these are few, also those with some, or spelt alike. */
export async function findInSegments(
  db: Database,
  query: SearchQuery,
  q: string,
  terms: readonly QueryTerm[],
): Promise<Answered & { isFilled: boolean }> {
  const view = await viewIndex(db, query.kind, terms);
  return { ...(await answerFrom(db, view, query, q, terms)), isFilled: view.isFilled };
}

async function answerFrom(
  db: Database,
  view: IndexView,
  query: SearchQuery,
  q: string,
  terms: readonly QueryTerm[],
): Promise<Answered> {
  if (q === '') return answerOf(query, view.tables, view.segments.map(everything));
  const places = view.segments.map((segment) => terms.map((term, at) => placesOf(segment, at, term)));
  const strict = view.segments.map((segment, at) => withEvery(segment, places[at] ?? []));
  const answer = answerOf(query, view.tables, strict);
  if (query.everyWord || answer.total >= enoughDocuments) return answer;
  return answerOf(query, view.tables, await withSome(db, query, q, view, places, strict));
}

/** Ids of the documents of a kind that have the most of the given terms, the most first, and whether all documents were looked through. */
export async function findSharing(
  db: Database,
  kind: SearchKind,
  terms: readonly string[],
  { commonShare, limit }: { commonShare: number; limit: number },
): Promise<{ ids: string[]; isFilled: boolean }> {
  const asked = terms.map((term): QueryTerm => ({ term, anywhere: false }));
  const view = await viewIndexSoon(db, kind, asked);
  const places = view.segments.map((segment) => asked.map((term, at) => placesOf(segment, at, term)));
  const telling = rareTerms(view, places, asked.length, commonShare);
  const found: { id: string; shared: number }[] = [];
  view.segments.forEach((segment, at) => {
    const shared = new Uint16Array(segment.held.count);
    for (const term of telling) add(shared, places[at]?.[term] ?? null);
    shared.forEach((count, document) => {
      if (count > 0) found.push({ id: idAt(segment.held.ids, document), shared: count });
    });
  });
  found.sort((a, b) => b.shared - a.shared || (a.id < b.id ? -1 : 1));
  return { ids: found.slice(0, limit).map(({ id }) => id), isFilled: view.isFilled };
}

function add(counts: Uint16Array, places: TermPlaces | null): void {
  if (places === null) return;
  for (let at = 0; at < counts.length; at++) if (places[at] !== 0) counts[at] = (counts[at] as number) + 1;
}

/** The terms, by their places in the question, that are in some documents but not in very many; the number of documents is that of the view. */
function rareTerms(
  { segments }: IndexView,
  places: readonly (TermPlaces | null)[][],
  terms: number,
  share: number,
): number[] {
  const documents = segments.reduce((sum, { held }) => sum + held.count, 0);
  const most = Math.max(alwaysTelling, share * documents);
  return Array.from({ length: terms }, (_, term) => term).filter((term) => {
    const having = places.reduce((sum, ofSegment) => sum + countOf(ofSegment[term] ?? null, null), 0);
    return having > 0 && having <= most;
  });
}

function countOf(places: TermPlaces | null, failing: Uint16Array | null): number {
  let count = 0;
  if (places === null) return 0;
  for (let at = 0; at < places.length; at++)
    if (places[at] !== 0 && (failing === null || failing[at] === 0)) count += 1;
  return count;
}

/**
 * Of the terms, rare ones count more (inverse document frequency, under the filters), as do those in the title. Documents with
 * every term are above one half, the others below.
 */
async function withSome(
  db: Database,
  { kind, filters: wanted }: Pick<SearchQuery, 'kind' | 'filters'>,
  q: string,
  view: IndexView,
  places: readonly (TermPlaces | null)[][],
  strict: readonly Matches[],
): Promise<Matches[]> {
  const { segments, tables } = view;
  const terms = places[0]?.length ?? 0;
  const rare = rareTerms(view, places, terms, commonShare);
  const telling = rare.length > 0 ? rare : Array.from({ length: terms }, (_, term) => term);
  const filters = compileFilters(wanted, tables);
  const failing = segments.map(({ held }) => filters.failing(held));
  const weights = telling.map((term) => {
    const having = places.reduce((sum, of, at) => sum + countOf(of[term] ?? null, failing[at] ?? null), 0);
    return Math.log(1 + 1e6 / (1 + having));
  });
  const weightOfAll = weights.reduce((sum, weight) => sum + weight, 0);
  const alike = await titlesAlike(db, kind, q.slice(0, maxSimilarLength), segments);
  return segments.map((segment, at) => {
    const { count } = segment.held;
    const scores = new Float32Array(count);
    telling.forEach((term, order) => {
      const ofTerm = places[at]?.[term] ?? null;
      if (ofTerm === null) return;
      const share = (weights[order] ?? 0) / weightOfAll;
      for (let document = 0; document < count; document++) {
        const place = ofTerm[document] as number;
        if (place !== 0) scores[document] = (scores[document] as number) + share * (place === 1 ? 1 : outsideTitle);
      }
    });
    for (const [document, how] of alike[at] ?? []) scores[document] = Math.max(scores[document] as number, how * 0.8);
    const complete = new Set(strict[at]?.documents);
    const documents: number[] = [];
    for (let document = 0; document < count; document++) {
      const partial = scores[document] as number;
      if (partial === 0 && !complete.has(document)) continue;
      documents.push(document);
      scores[document] = ((complete.has(document) ? 1 : 0) + Math.min(partial, 0.99)) / 2;
    }
    return { segment, documents: Int32Array.from(documents), scores };
  });
}

/** By segment the documents whose titles have something spelt alike, and how alike. */
async function titlesAlike(
  db: Database,
  kind: SearchKind,
  similarTo: string,
  segments: readonly SegmentView[],
): Promise<Map<number, number>[]> {
  const mayBeAlike = likenessTest(similarTo, likeness);
  const candidates = segments.map((segment) => {
    const { count, trigrams, trigramStarts } = segment.held;
    const documents: number[] = [];
    for (let at = 0; mayBeAlike !== null && at < count; at++) {
      if (mayBeAlike(trigrams, trigramStarts[at] as number, trigramStarts[at + 1] as number) && !isDead(segment, at))
        documents.push(at);
    }
    return documents;
  });
  const idOf = (segment: number, document: number) => idAt((segments[segment] as SegmentView).held.ids, document);
  const ids = candidates.flatMap((documents, segment) => documents.map((document) => idOf(segment, document)));
  const alike = await readLikeness(db, kind, ids, similarTo, likeness);
  return candidates.map(
    (documents, segment) =>
      new Map(
        documents.flatMap((document): [number, number][] => {
          const how = alike.get(idOf(segment, document));
          return how === undefined ? [] : [[document, how]];
        }),
      ),
  );
}
