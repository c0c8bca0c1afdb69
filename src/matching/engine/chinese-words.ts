import type { HanRun } from './analysis.ts';
import { chineseStopWords } from './stop-words.ts';

/** A word that the dictionary knows, and where it stands in the normalized text; `inner`: inside a longer known word. */
export type FoundWord = { key: string; inner: boolean; start: number; end: number };

type WordList = { has(word: string): boolean };

const maxWordLength = 10;
/**
 * Fewest words win; single characters are dear unless they are grammar; of equal cuts the one with longer words, then the one with
 * its words towards the end (年|华沙, not 年华|沙). Whole numbers, so that equal is equal.
 */
const wordCost = 100;
const characterCost = 150;
const lengthDiscount = 1;

/** Cuts a run into known words, words of grammar and single characters: the cheapest of all ways, found from the end. */
export function segmentChinese(text: string, words: WordList): string[] {
  const costs = new Float64Array(text.length + 1);
  const lengths = new Uint8Array(text.length);
  for (let at = text.length - 1; at >= 0; at--) {
    lengths[at] = 1;
    costs[at] = (costs[at + 1] ?? 0) + (chineseStopWords.has(text[at] ?? '') ? wordCost : characterCost);
    for (let length = 2; length <= Math.min(maxWordLength, text.length - at); length++) {
      const word = text.slice(at, at + length);
      const cost = (costs[at + length] ?? 0) + wordCost - lengthDiscount * length;
      if (cost < (costs[at] ?? 0) && (words.has(word) || chineseStopWords.has(word))) {
        costs[at] = cost;
        lengths[at] = length;
      }
    }
  }
  const units: string[] = [];
  for (let at = 0; at < text.length; at += lengths[at] ?? 1) {
    units.push(text.slice(at, at + (lengths[at] ?? 1)));
  }
  return units;
}

/** The known words of a run that are matter, each followed by the known words inside it. */
export function findChineseWords(run: HanRun, words: WordList): FoundWord[] {
  const found: FoundWord[] = [];
  let start = run.start;
  for (const key of segmentChinese(run.text, words)) {
    if (!chineseStopWords.has(key)) {
      if (words.has(key)) {
        found.push({ key, inner: false, start, end: start + key.length });
      }
      addInnerWords(found, key, start, words);
    }
    start += key.length;
  }
  return found;
}

function addInnerWords(found: FoundWord[], outer: string, start: number, words: WordList): void {
  for (let length = outer.length - 1; length >= 2; length--) {
    for (let at = 0; at + length <= outer.length; at++) {
      const key = outer.slice(at, at + length);
      if (words.has(key)) {
        found.push({ key, inner: true, start: start + at, end: start + at + length });
      }
    }
  }
}
