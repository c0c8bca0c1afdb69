import { analyseDocument } from '../../src/matching/engine/analyse-document.ts';
import type { Dictionary } from '../../src/matching/engine/dictionary.ts';
import { createEngine, type Engine } from '../../src/matching/engine/engine.ts';
import type { AnalysedDocument } from '../../src/matching/engine/types.ts';
import { type SyntheticText, syntheticDocuments } from '../synthetic.ts';
import { memoryMb, timed } from './rows.ts';

export type BuiltEngine = {
  engine: Engine;
  /** From text, until all documents are searchable and no merge is due. */
  buildSeconds: number;
  /** The same without reading text into words. */
  buildFromTokensSeconds: number;
  /** What the process has grown by, without the documents' texts and the dictionary. Once it has been asked it is larger. */
  memoryMb(): number;
};

/** The engine in the configuration that production runs, with `documents` synthetic ones in it. */
export function buildEngine(dictionary: Dictionary, documents: number): BuiltEngine {
  // The first query of a process builds the dictionary's English side.
  createEngine({ dictionary }).search(fieldsOf({ id: '', title: 'start', body: '' }), { limit: 1 });
  const before = memoryMb();
  const engine = createEngine({ dictionary });
  let analysisMs = 0;
  function* analysed(): Generator<AnalysedDocument> {
    for (const document of syntheticDocuments(documents)) {
      const began = performance.now();
      const read = analyseDocument({ id: document.id, fields: fieldsOf(document) });
      analysisMs += performance.now() - began;
      yield read;
    }
  }
  const wholeMs = timed(() => engine.load(analysed()));
  return {
    engine,
    buildSeconds: wholeMs / 1_000,
    buildFromTokensSeconds: (wholeMs - analysisMs) / 1_000,
    memoryMb: () => memoryMb() - before,
  };
}

/**
 * Documents replaced one at a time, each seen by a small question right after; every tenth time a demand is asked in between.
 * Milliseconds of each replacement, and of the longest of all these calls.
 */
export function measureReplacements(
  engine: Engine,
  documents: number,
  demands: readonly SyntheticText[],
  { replacements, limit }: { replacements: number; limit: number },
): { times: number[]; longestPauseMs: number } {
  const word = fieldsOf({ id: '', title: 'replaced', body: '' });
  const times: number[] = [];
  let longestPauseMs = 0;
  let at = 0;
  for (const document of syntheticDocuments(replacements)) {
    const fields = fieldsOf(document);
    // A step that shares no factor with most sizes, so that documents of every age are replaced.
    const id = `d${(at * 7_919) % documents}`;
    const upsertMs = timed(() => engine.upsert({ id, fields }));
    const seenMs = timed(() => engine.search(word, { limit: 1 }));
    times.push(upsertMs + seenMs);
    longestPauseMs = Math.max(longestPauseMs, upsertMs, seenMs);
    const demand = demands[(at / 10) % demands.length];
    if (at % 10 === 0 && demand !== undefined) {
      longestPauseMs = Math.max(
        longestPauseMs,
        timed(() => engine.search(fieldsOf(demand), { limit })),
      );
    }
    at++;
  }
  return { times, longestPauseMs };
}

export function fieldsOf({ title, body }: SyntheticText): { title: string; keywords: string; body: string } {
  return { title, keywords: '', body };
}
