import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { BenchInputError } from '../input-error.ts';

export type BenchText = { id: string; title: string; text: string };

type Line = { text: string; place: string };

/**
 * A JSON object a line: `id` (or `_id`, as BEIR writes; text or number), `title` and `text`, each of which may be missing or
 * null. Of lines with the same id the last one holds.
 */
export function readTexts(path: string): BenchText[] {
  const texts = new Map<string, BenchText>();
  for (const line of linesOf(path)) {
    const object = parseObject(line);
    const id = idIn(object, ['id', '_id'], line);
    texts.set(id, { id, title: textIn(object, 'title', line), text: textIn(object, 'text', line) });
  }
  return [...texts.values()];
}

/**
 * Query id -> document id -> relevance above 0. A line has three columns (query, document, relevance) or TREC's four (query,
 * iteration, document, relevance), divided by tabs or blanks; the first may be a heading. In `.jsonl` the names are
 * `query-id`, `corpus-id`, `score` (BEIR's), or `query`, `document`, `relevance`.
 */
export function readJudgements(path: string): Map<string, Map<string, number>> {
  const lines = linesOf(path);
  const judgements = path.endsWith('.jsonl') ? lines.map(readObject) : lines.flatMap(readColumns);
  const relevant = new Map<string, Map<string, number>>();
  for (const { query, document, relevance } of judgements) {
    if (relevance > 0) {
      const known = relevant.get(query) ?? new Map<string, number>();
      relevant.set(query, known.set(document, Math.max(relevance, known.get(document) ?? 0)));
    }
  }
  return relevant;
}

type Judgement = { query: string; document: string; relevance: number };

function readColumns(line: Line, at: number): Judgement[] {
  const columns = line.text
    .trim()
    .split(line.text.includes('\t') ? '\t' : /\s+/)
    .map((column) => column.trim());
  if (columns.length !== 3 && columns.length !== 4) {
    throw new BenchInputError(`${line.place}: ${columns.length} columns instead of 3 (or TREC's 4).`);
  }
  const [query = '', document = '', value = ''] = columns.length === 3 ? columns : columns.toSpliced(1, 1);
  const relevance = Number(value);
  if (value === '' || !Number.isFinite(relevance)) {
    if (at === 0) return [];
    throw new BenchInputError(`${line.place}: the relevance "${value}" is not a number.`);
  }
  return [{ query, document, relevance }];
}

function readObject(line: Line): Judgement {
  const object = parseObject(line);
  const relevance = Number(object.score ?? object.relevance);
  if (!Number.isFinite(relevance)) {
    throw new BenchInputError(`${line.place}: neither score nor relevance is a number.`);
  }
  const query = idIn(object, ['query-id', 'query'], line);
  return { query, document: idIn(object, ['corpus-id', 'document'], line), relevance };
}

function parseObject({ text, place }: Line): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new BenchInputError(`${place}: not JSON (${error instanceof Error ? error.message : error}).`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BenchInputError(`${place}: not a JSON object.`);
  }
  return value as Record<string, unknown>;
}

function idIn(object: Record<string, unknown>, names: readonly string[], { place }: Line): string {
  const id = names.map((name) => object[name]).find((value) => value !== undefined);
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '') {
    throw new BenchInputError(`${place}: no ${names.join(' or ')} that is a text or a number.`);
  }
  return String(id).trim();
}

function textIn(object: Record<string, unknown>, name: string, { place }: Line): string {
  const value = object[name] ?? '';
  if (typeof value !== 'string') {
    throw new BenchInputError(`${place}: ${name} is not a text.`);
  }
  return value;
}

/** The lines that say something, of either line ending, without the mark that some editors put at the start. */
function linesOf(path: string): Line[] {
  return readFileSync(path, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((text, at) => ({ text, place: `${basename(path)}:${at + 1}` }))
    .filter(({ text }) => text.trim() !== '');
}
