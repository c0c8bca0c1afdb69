import { type NeedElement, needElements, type QualityCues } from '../../../db/seed/quality-cues.ts';
import { analyse, pairTerm, stemWord } from '../../matching/engine/analysis.ts';
import { findChineseWords } from '../../matching/engine/chinese-words.ts';

/** For each element, the different words of the text that give it away, as they stand there, in reading order. */
export type FoundElements = Record<NeedElement, string[]>;
export type ElementReader = (text: string) => FoundElements;

/**
 * Finds the five elements in a text. Chinese is cut into the known words, so that a word inside a longer one does not
 * count; English goes by stems, of two words in either order.
 */
export function createElementReader(cues: QualityCues): ElementReader {
  const chinese = new Map<string, NeedElement>();
  const english = new Map<string, NeedElement>();
  for (const element of needElements) {
    for (const word of cues[element].zh) chinese.set(word, element);
    for (const words of cues[element].en) english.set(termOf(words), element);
  }
  return (text) => {
    const analysis = analyse(text);
    const found = new Map(needElements.map((element) => [element, new Map<string, string>()]));
    for (const run of analysis.hanRuns) {
      for (const { key, inner } of findChineseWords(run, chinese)) {
        const element = chinese.get(key);
        if (!inner && element !== undefined) found.get(element)?.set(key, key);
      }
    }
    for (const { term, start, end } of [...analysis.tokens, ...analysis.pairs]) {
      const element = english.get(term);
      if (element !== undefined && !found.get(element)?.has(term))
        found.get(element)?.set(term, text.slice(start, end));
    }
    const wordsOf = (element: NeedElement) => [...(found.get(element)?.values() ?? [])];
    return {
      material: wordsOf('material'),
      method: wordsOf('method'),
      effect: wordsOf('effect'),
      product: wordsOf('product'),
      application: wordsOf('application'),
    };
  };
}

/** A cue of one or two English words as the analysis writes it; words of grammar say nothing. */
function termOf(words: string): string {
  const [first = words, second] = words.split(' ').flatMap((word) => stemWord(word) ?? []);
  return second === undefined ? first : pairTerm(first, second);
}
