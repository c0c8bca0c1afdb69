import { chinaDate } from '../../core/clock.ts';
import type { VocabularyName } from '../../vocabularies/inputs.ts';
import type { Writer } from './column.ts';

/** Parts of a cell, those in quotes that hold what would part them. */
export function joined(parts: readonly string[]): string | null {
  return parts.length === 0 ? null : parts.map(quoted).join('；');
}

function quoted(part: string): string {
  return /[;；、,，|\n"]|^\s|\s$/.test(part) ? `"${part.replaceAll('"', '""')}"` : part;
}

/** A number without an exponent. */
export function plainNumber(value: number): string {
  const [, sign = '', first = '', more = '', power = ''] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(String(value)) ?? [];
  if (power === '') return String(value);
  const digits = first + more;
  const point = 1 + Number(power);
  return point <= 0 ? `${sign}0.${'0'.repeat(-point)}${digits}` : `${sign}${digits.padEnd(point, '0')}`;
}

export const writeText: Writer = (value) => String(value);

export const writeList: Writer = (value) => joined(value as string[]);

export const writeNames: Writer = (value) => joined((value as { name: string }[]).map(({ name }) => name));

export function writeTerm(vocabulary: VocabularyName): Writer {
  return (value, { terms }) => terms.shown(vocabulary, String(value));
}

export function writeTerms(vocabulary: VocabularyName): Writer {
  return (value, { terms }) => joined((value as string[]).map((code) => terms.shown(vocabulary, code)));
}

export function writeChoice(values: Readonly<Record<string, unknown>>): Writer {
  return (value) => Object.entries(values).find(([, known]) => known === value)?.[0] ?? String(value);
}

export const writeNumber: Writer = (value) => Number(value);

export const writeAmount: Writer = (value, { unitCny }) =>
  unitCny === null ? `${Number(value)}元` : Number(value) / unitCny;

/** Of an instant the day in China. */
export const writeDay: Writer = (value) => {
  const text = String(value);
  return text.length === 10 ? text : chinaDate(new Date(text));
};

interface Indicator {
  name: string;
  comparator?: string;
  value?: number;
  min?: number;
  max?: number;
  unit?: string;
  mustHave?: boolean;
}

/** ★ marks what must be met, as tender documents have it. */
export const writeIndicators: Writer = (value) =>
  joined(
    (value as Indicator[]).map(({ name, comparator = '=', value: exact, min, max, unit = '', mustHave = false }) => {
      const isRange = min !== undefined && max !== undefined;
      const amount = isRange ? `${plainNumber(min)}~${plainNumber(max)}` : plainNumber(exact ?? min ?? max ?? 0);
      const sign = isRange || comparator === 'between' ? '=' : comparator;
      return `${mustHave ? '★' : ''}${name} ${sign} ${amount} ${unit}`.trimEnd();
    }),
  );

export const writePatents: Writer = (value, { terms }) =>
  joined(
    (value as { kind: string; number?: string; status?: string }[]).map(({ kind, number = '-', status = '' }) =>
      `${terms.shown('ipr-kinds', kind)} ${number} ${status}`.trimEnd(),
    ),
  );

export const writeShares: Writer = (value) =>
  joined((value as { name: string; share: number }[]).map(({ name, share }) => `${name} ${plainNumber(share)}%`));
