import type { AnalyseText, QueryTerm } from './index-terms.ts';

type Span = { start: number; end: number };

const fragmentLength = 140;
/** How far before the first match a fragment starts. */
const leadLength = 24;
const maxScannedLength = 20_000;

/** The whole text, HTML-escaped, with <mark> around what the question's terms match. */
export function highlightText(analyse: AnalyseText, text: string, terms: readonly QueryTerm[]): string {
  return marked(text, 0, text.length, matchedSpans(analyse, text, terms));
}

/** The stretch of a long text that has most of the matches, marked the same way; its beginning where nothing matches. */
export function highlightFragment(analyse: AnalyseText, text: string, terms: readonly QueryTerm[]): string {
  const scanned = text.slice(0, maxScannedLength);
  const spans = matchedSpans(analyse, scanned, terms);
  const start = wholeCharacter(scanned, bestStart(spans));
  const end = wholeCharacter(scanned, Math.min(scanned.length, start + fragmentLength));
  const visible = marked(scanned, start, end, spans).replace(/\s+/g, ' ').trim();
  return `${start > 0 ? '…' : ''}${visible}${end < text.length ? '…' : ''}`;
}

/** Matched stretches in reading order; overlapping and touching ones are one. */
function matchedSpans(analyse: AnalyseText, text: string, terms: readonly QueryTerm[]): Span[] {
  const whole = new Set(terms.filter(({ anywhere }) => !anywhere).map(({ term }) => term));
  const characters = terms.filter(({ anywhere }) => anywhere).map(({ term }) => term);
  const found: Span[] = [];
  for (const { term, start, end } of analyse(text).tokens) {
    if (whole.has(term)) found.push({ start, end });
    for (const character of characters) {
      if (term.startsWith(character)) found.push({ start, end: Math.min(end, start + character.length) });
      else if (term.endsWith(character)) found.push({ start: Math.max(start, end - character.length), end });
    }
  }
  found.sort((a, b) => a.start - b.start || a.end - b.end);
  const merged: Span[] = [];
  for (const span of found) {
    const last = merged.at(-1);
    if (last !== undefined && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}

function bestStart(spans: readonly Span[]): number {
  let best = { start: 0, length: 0 };
  spans.forEach((first, at) => {
    let length = 0;
    for (let next = at; next < spans.length; next++) {
      const span = spans[next];
      if (span === undefined || span.end > first.start - leadLength + fragmentLength) break;
      length += span.end - span.start;
    }
    if (length > best.length) best = { start: Math.max(0, first.start - leadLength), length };
  });
  return best.start;
}

/** Not between the halves of a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  return /[\udc00-\udfff]/.test(text.charAt(at)) && at > 0 ? at - 1 : at;
}

function marked(text: string, from: number, to: number, spans: readonly Span[]): string {
  let html = '';
  let at = from;
  for (const span of spans) {
    const start = Math.max(span.start, at);
    const end = Math.min(span.end, to);
    if (start < end) {
      html += `${escapeHtml(text.slice(at, start))}<mark>${escapeHtml(text.slice(start, end))}</mark>`;
      at = end;
    }
  }
  return html + escapeHtml(text.slice(at, to));
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
