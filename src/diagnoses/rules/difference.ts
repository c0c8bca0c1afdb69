import type { DiagnosedContent } from '../../../db/schema/index.ts';

export type Change = 'same' | 'removed' | 'added';
export interface Segment {
  change: Change;
  text: string;
}

export interface FieldDifference {
  field: keyof DiagnosedContent;
  /** Words of a text, joined where they go together; items of a list, one each; of anything else the whole value. */
  kind: 'text' | 'list' | 'value';
  segments: Segment[];
}

/** More edits than this and a text was written anew: then old and new stand beside each other whole. */
const maxEdits = 1_000;

const textFields = ['title', 'summary', 'problem', 'keyTechnology', 'expectedOutcome', 'alreadyTried', 'notAcceptable'];
const listFields = ['indicators', 'keywords', 'technologyFields', 'cooperationModes'];

/** The fields that differ, in the order of the content, with what was taken out and what was put in. */
export function differenceOf(before: DiagnosedContent, after: DiagnosedContent): FieldDifference[] {
  return (Object.keys(before) as (keyof DiagnosedContent)[]).flatMap((field): FieldDifference[] => {
    const kind = textFields.includes(field) ? 'text' : listFields.includes(field) ? 'list' : 'value';
    const segments = compare(itemsOf(before[field], kind), itemsOf(after[field], kind));
    if (segments.every(({ change }) => change === 'same')) return [];
    return [{ field, kind, segments: kind === 'text' ? joined(segments) : segments }];
  });
}

function itemsOf(value: DiagnosedContent[keyof DiagnosedContent], kind: FieldDifference['kind']): string[] {
  if (value === null || value === '') return [];
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'string' ? item : writeIndicator(item)));
  return kind === 'text' ? wordsOf(String(value)) : [String(value)];
}

const signs = { '>=': '≥ ', '<=': '≤ ', '=': '', between: '' } as const;

/** "铟纯度 ≥ 99.9999 % *": the star for what must be had. */
function writeIndicator(indicator: DiagnosedContent['indicators'][number]): string {
  const { name, comparator, value, min, max, unit, mustHave } = indicator;
  const amount = comparator === 'between' ? `${min ?? ''}–${max ?? ''}` : `${value ?? ''}`;
  return [name, `${signs[comparator]}${amount}`, unit, mustHave ? '*' : ''].filter((part) => part !== '').join(' ');
}

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** Words, Chinese ones by the dictionary of the runtime, and what stands between them. */
function wordsOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function joined(segments: readonly Segment[]): Segment[] {
  const runs: Segment[] = [];
  for (const { change, text } of segments) {
    const last = runs.at(-1);
    if (last?.change === change) last.text += text;
    else runs.push({ change, text });
  }
  return runs;
}

/** A shortest way from one sequence to the other; what is taken out stands before what is put in. */
function compare(before: readonly string[], after: readonly string[]): Segment[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const same = (items: readonly string[]) => items.map((text): Segment => ({ change: 'same', text }));
  return [
    ...same(before.slice(0, head)),
    ...edits(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...same(before.slice(before.length - tail)),
  ];
}

/**
 * E. W. Myers, An O(ND) Difference Algorithm and Its Variations, Algorithmica 1 (1986), the greedy form: for each number of
 * edits the furthest point on every diagonal, then back along them.
 */
function edits(before: readonly string[], after: readonly string[]): Segment[] {
  const trace = furthestPoints(before, after);
  if (trace === null) return inOrder(before, after, new Set());
  const kept = new Set<number>();
  let [x, y] = [before.length, after.length];
  for (let d = trace.length - 1; d > 0; d--) {
    const points = trace[d - 1] ?? new Map<number, number>();
    const k = x - y;
    const down = k === -d || (k !== d && reached(points, k - 1) < reached(points, k + 1));
    const fromX = reached(points, down ? k + 1 : k - 1);
    const fromY = fromX - (down ? k + 1 : k - 1);
    const startX = down ? fromX : fromX + 1;
    while (x > startX) kept.add(--x);
    [x, y] = [fromX, fromY];
  }
  while (x > 0) kept.add(--x);
  return inOrder(before, after, kept);
}

/** By number of edits; null when there are too many. */
function furthestPoints(before: readonly string[], after: readonly string[]): Map<number, number>[] | null {
  const trace: Map<number, number>[] = [];
  for (let d = 0; d <= maxEdits; d++) {
    const points = new Map<number, number>();
    const previous = trace[d - 1] ?? new Map([[1, 0]]);
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && reached(previous, k - 1) < reached(previous, k + 1));
      let x = down ? reached(previous, k + 1) : reached(previous, k - 1) + 1;
      while (x < before.length && x - k < after.length && before[x] === after[x - k]) x += 1;
      points.set(k, x);
      if (x >= before.length && x - k >= after.length) return [...trace, points];
    }
    trace.push(points);
  }
  return null;
}

function reached(points: ReadonlyMap<number, number>, diagonal: number): number {
  return points.get(diagonal) ?? -1;
}

/** Both sequences as one, given which items of the first stay. */
function inOrder(before: readonly string[], after: readonly string[], kept: ReadonlySet<number>): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  const addUntil = (item: string | undefined) => {
    while (at < after.length && after[at] !== item) segments.push({ change: 'added', text: after[at++] ?? '' });
  };
  before.forEach((text, index) => {
    if (!kept.has(index)) {
      segments.push({ change: 'removed', text });
      return;
    }
    addUntil(text);
    segments.push({ change: 'same', text });
    at += 1;
  });
  while (at < after.length) segments.push({ change: 'added', text: after[at++] ?? '' });
  return segments;
}
