import { isObject, type Json, type JsonObject, matchesPattern, select } from './json.ts';
import { matchesOf, type QueryTerm } from './query-terms.ts';
import { textsOf } from './ranking.ts';
import type { SearchRequest } from './search-input.ts';
import type { Settings } from './settings.ts';
import { type Token, tokenize } from './tokens.ts';

/** A stretch of a text to be marked, in UTF-16 units. */
interface Span {
  start: number;
  end: number;
}

/** Where the terms stand. Of an unfinished word only the part that was typed is marked. */
function spansOf(text: string, tokens: readonly Token[], terms: readonly QueryTerm[], settings: Settings): Span[] {
  const spans: Span[] = [];
  for (const term of terms)
    for (const match of matchesOf(term, tokens, settings)) {
      const first = tokens[match.from] as Token;
      const last = tokens[match.to - 1] as Token;
      const [asked = ''] = term.words;
      const isPart = term.isPrefix && match.to - match.from === 1 && match.typos === 0 && first.text.startsWith(asked);
      const typed = [...text.slice(first.start, first.end)].slice(0, [...asked].length).join('').length;
      spans.push({ start: first.start, end: isPart ? first.start + typed : last.end });
    }
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  let reached = -1;
  return spans.filter((span) => {
    if (span.start < reached) return false;
    reached = span.end;
    return true;
  });
}

/** The stretch of `words` words with the most matches, the earliest of equals, in UTF-16 units. */
function cropOf(text: string, tokens: readonly Token[], spans: readonly Span[], words: number): Span {
  if (tokens.length <= words || words === 0) return { start: 0, end: text.length };
  let best = { at: 0, marked: -1 };
  for (let at = 0; at + words <= tokens.length; at += 1) {
    const from = (tokens[at] as Token).start;
    const to = (tokens[at + words - 1] as Token).end;
    const marked = spans.filter((span) => span.start >= from && span.end <= to).length;
    if (marked > best.marked) best = { at, marked };
  }
  // What matched first stands in the middle, not at the edge.
  const from = (tokens[best.at] as Token).start;
  const to = (tokens[best.at + words - 1] as Token).end;
  const firstMarked = tokens.findIndex((token) =>
    spans.some((span) => span.start === token.start && token.start >= from && token.end <= to),
  );
  const centred = firstMarked === -1 ? best.at : firstMarked - Math.floor(words / 2);
  const start = Math.min(Math.max(centred, 0), tokens.length - words);
  const isAllKept = spans.filter(
    (span) => span.start >= (tokens[start] as Token).start && span.end <= (tokens[start + words - 1] as Token).end,
  ).length;
  const chosen = isAllKept >= best.marked ? start : best.at;
  return {
    start: chosen === 0 ? 0 : (tokens[chosen] as Token).start,
    end: chosen + words === tokens.length ? text.length : (tokens[chosen + words - 1] as Token).end,
  };
}

export interface Formatting {
  terms: readonly QueryTerm[];
  settings: Settings;
  request: SearchRequest;
}

/** `title`, `*`, or with a length of its own: `body:20`. Null: not to be cropped. */
function cropLengthOf(path: string, request: SearchRequest): number | null {
  for (const entry of request.attributesToCrop ?? []) {
    const [, name = entry, own] = /^(.*):(\d+)$/u.exec(entry) ?? [];
    if (matchesPattern(name, path)) return own === undefined ? (request.cropLength ?? 10) : Number(own);
  }
  return null;
}

function formatText(text: string, path: string, { terms, settings, request }: Formatting): string {
  const isMarked = (request.attributesToHighlight ?? []).some((name) => matchesPattern(name, path));
  const words = cropLengthOf(path, request);
  if (!isMarked && words === null) return text;
  const tokens = tokenize(text, settings);
  const spans = spansOf(text, tokens, terms, settings);
  const kept = words === null ? { start: 0, end: text.length } : cropOf(text, tokens, spans, words);
  const marker = request.cropMarker ?? '…';
  let formatted = kept.start > 0 ? marker : '';
  let at = kept.start;
  for (const span of isMarked ? spans : []) {
    if (span.start < kept.start || span.end > kept.end) continue;
    const [before, after] = [request.highlightPreTag ?? '<em>', request.highlightPostTag ?? '</em>'];
    formatted += `${text.slice(at, span.start)}${before}${text.slice(span.start, span.end)}${after}`;
    at = span.end;
  }
  return `${formatted}${text.slice(at, kept.end)}${kept.end < text.length ? marker : ''}`;
}

/** The document with its texts marked and cut, and its numbers as strings. */
function formatValue(value: Json, path: string, formatting: Formatting): Json {
  if (typeof value === 'string' || typeof value === 'number') return formatText(String(value), path, formatting);
  if (Array.isArray(value)) return value.map((one) => formatValue(one, path, formatting));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      formatValue(one, path === '' ? key : `${path}.${key}`, formatting),
    ]),
  );
}

/** In bytes of UTF-8, and for the elements of an array with their indices. */
function positionsOf(document: JsonObject, { terms, settings }: Formatting): JsonObject {
  const positions: JsonObject = {};
  const bytes = (text: string) => Buffer.byteLength(text);
  for (const { path, text, indices } of textsOf(document)) {
    for (const span of spansOf(text, tokenize(text, settings), terms, settings)) {
      const position = { start: bytes(text.slice(0, span.start)), length: bytes(text.slice(span.start, span.end)) };
      const known = positions[path];
      const one = indices.length === 0 ? position : { ...position, indices };
      positions[path] = Array.isArray(known) ? [...known, one] : [one];
    }
  }
  return positions;
}

/** A document as a hit shows it: what is displayed and asked for, and what is made of it. */
export function hitView(document: JsonObject, formatting: Formatting): JsonObject {
  const { request, settings } = formatting;
  const displayed = select(document, settings.displayedAttributes);
  const retrieved = select(displayed, request.attributesToRetrieve ?? ['*']);
  const hit: JsonObject = structuredClone(retrieved);
  if (request.attributesToHighlight !== undefined || request.attributesToCrop !== undefined) {
    const touched = [...(request.attributesToHighlight ?? []), ...(request.attributesToCrop ?? [])].map((one) =>
      one.replace(/:\d+$/u, ''),
    );
    const names = Object.keys(displayed).filter(
      (name) => name in retrieved || touched.some((one) => matchesPattern(one, name) || one.startsWith(`${name}.`)),
    );
    hit._formatted = formatValue(select(displayed, names), '', formatting);
  }
  if (request.showMatchesPosition) hit._matchesPosition = positionsOf(displayed, formatting);
  return hit;
}
