import { escapeHtml } from '../highlight.ts';

/** Private-use characters around what matched. Documents have none, so a mark is the server's own. */
export const markStart = '\ue000';
export const markEnd = '\ue001';

export function withoutMarks(text: string): string {
  return text.replace(/[\ue000\ue001]/g, '');
}

/** The server's marked text as escaped HTML. Touching marks become one, and a word marked in part is marked to its end. */
export function marksToHtml(text: string): string {
  const joined = text
    .replace(/\ue001([\p{Script=Latin}\p{M}\p{N}]+)/gu, `$1${markEnd}`)
    .replaceAll(`${markEnd}${markStart}`, '');
  return escapeHtml(joined).replaceAll(markStart, '<mark>').replaceAll(markEnd, '</mark>');
}

export function hasMarks(text: string): boolean {
  return text.includes(markStart);
}
