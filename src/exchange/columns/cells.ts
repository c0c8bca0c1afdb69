import type { Text } from '../../core/text.ts';

export function fault(code: string, zh: string, en: string): { fault: { code: string; message: Text } } {
  return { fault: { code, message: { zh, en } } };
}

const quotedPart = '[^\\S\\n]*"((?:[^"]|"")*)"[^\\S\\n]*';
/** A whole part in quotes holds what would part it. */
const loosely = new RegExp(`${quotedPart}(?=[;；、,，|\\n]|$)|[^;；、,，|\\n]+`, 'g');
/** By these alone, where a comma may be part of a name or of a number. */
export const strictly = new RegExp(`${quotedPart}(?=[;；\\n]|$)|[^;；\\n]+`, 'g');

/** Several in one cell, as people part them. */
export function partsOf(cell: string | number, shape: RegExp = loosely): string[] {
  return [...String(cell).matchAll(shape)].flatMap(([whole, inQuotes]) => {
    const part = inQuotes === undefined ? whole.trim() : inQuotes.replaceAll('""', '"');
    return part === '' ? [] : [part];
  });
}

/** Characters of an indicator or a share. */
export const longestPart = 300;
