import { createHash } from 'node:crypto';
import type { importStatuses } from '../../db/schema/index.ts';
import type { Transition } from '../core/transitions.ts';

type ImportStatus = (typeof importStatuses)[number];

/** One whose job has failed may be committed again: it goes on with the rows that are left. */
export const importTransitions = {
  check: { from: ['reading'], to: 'checked' },
  commit: { from: ['checked', 'committing'], to: 'committing' },
  finish: { from: ['committing'], to: 'done' },
} as const satisfies Record<string, Transition<ImportStatus>>;

/** The rows of a file are kept this long: they hold contacts and amounts. */
export const importDays = 30;

/** Those of a file whose reading was broken off, which takes a minute at most, no longer than this. */
export const readingHours = 1;

/** By which a row is known again: the number that its owner gave it, else all that it says. */
export function rowKeyOf(key: string | undefined, input: Readonly<Record<string, unknown>>): string {
  if (key !== undefined) return `key:${key}`;
  return `content:${createHash('sha256').update(canonical(input)).digest('hex')}`;
}

/** The code of ours that a row goes by, as exported files have it; of experts, who have none, the id. */
export function codeInKey(rowKey: string): string | null {
  return /^key:([DR]\d{4}-\d{6}-\d{6,}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(rowKey)?.[1] ?? null;
}

/** JSON whose names stand in one order. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${canonical(inner)}`).join()}}`;
}
