import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package-root.ts';

/** What a technical need tells of: the matter, how it is treated, what shall improve, what shall come of it, where it serves. */
export const needElements = ['material', 'method', 'effect', 'product', 'application'] as const;
export type NeedElement = (typeof needElements)[number];

/** Words that give an element away, in the two languages; a word belongs to one element only. */
export type QualityCues = Readonly<Record<NeedElement, { zh: readonly string[]; en: readonly string[] }>>;

/** Reads the file on each call: call it once per process. */
export function loadQualityCues(): QualityCues {
  return JSON.parse(readFileSync(join(packageRoot(), 'db', 'seed', 'quality-cues.json'), 'utf8')) as QualityCues;
}
