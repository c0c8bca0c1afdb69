import type { Dictionary } from '../../src/matching/engine/dictionary.ts';
import { createEngine, type Engine } from '../../src/matching/engine/engine.ts';
import type { TextFields } from '../../src/matching/engine/types.ts';
import { fuseRankedLists } from '../../src/matching/fuse.ts';
import { demandText, resultText } from '../../src/matching/record-text.ts';
import { createTextMatcher, type TextMatcher } from '../../src/matching/text-match.ts';
import type { MatchDemand, MatchResult } from '../../src/matching/types.ts';

/** A record that is ready to be put into the store. Analysing its text, which costs, waits until `put`. */
export interface Candidate {
  id: string;
  put(): void;
}

/** Demands and results as retrieval needs them: their texts in two engines, and who is new in which technology field. */
export interface CandidateStore {
  demand(record: MatchDemand): Candidate;
  result(record: MatchResult): Candidate;
  remove(kind: 'demand' | 'result', id: string): void;
  resultsFor(demand: MatchDemand, limit: number): string[];
  demandsFor(result: MatchResult, limit: number): string[];
  texts(): TextMatcher;
  size(): { demands: number; results: number };
}

/** The newest of a field come along, however their text is worded. */
const neighboursPerField = 50;

export function createCandidateStore(dictionary: Dictionary | undefined): CandidateStore {
  const demands = createShelf(dictionary);
  const results = createShelf(dictionary);
  return {
    demand: (record) => ({ id: record.id, put: () => demands.put(record, demandText(record).fields) }),
    result: (record) => ({ id: record.id, put: () => results.put(record, resultText(record).fields) }),
    remove: (kind, id) => (kind === 'demand' ? demands : results).remove(id),
    resultsFor: (demand, limit) => results.candidates(demandText(demand).fields, demand.technologyFields, limit),
    demandsFor: (result, limit) => demands.candidates(resultText(result).fields, result.technologyFields, limit),
    // The engine that holds the results, for both directions: a pair has one score from whichever side it is found.
    texts: () => createTextMatcher(results.engine),
    size: () => ({ demands: demands.engine.size, results: results.engine.size }),
  };
}

type Shelved = Pick<MatchDemand, 'id' | 'technologyFields' | 'publishedAt'>;

function createShelf(dictionary: Dictionary | undefined) {
  const engine: Engine = createEngine(dictionary === undefined ? {} : { dictionary });
  const fieldsOf = new Map<string, readonly string[]>();
  const byField = new Map<string, Map<string, number>>();

  function remove(id: string): void {
    engine.remove(id);
    for (const field of fieldsOf.get(id) ?? []) byField.get(field)?.delete(id);
    fieldsOf.delete(id);
  }

  function newestIn(field: string): string[] {
    return [...(byField.get(field) ?? [])]
      .toSorted(([idA, atA], [idB, atB]) => atB - atA || (idA < idB ? -1 : 1))
      .slice(0, neighboursPerField)
      .map(([id]) => id);
  }

  return {
    engine,
    remove,
    put(record: Shelved, text: TextFields): void {
      remove(record.id);
      engine.upsert({ id: record.id, fields: text });
      fieldsOf.set(record.id, record.technologyFields);
      for (const field of record.technologyFields) {
        const inField = byField.get(field) ?? new Map<string, number>();
        byField.set(field, inField.set(record.id, record.publishedAt?.getTime() ?? 0));
      }
    },
    candidates(text: TextFields, technologyFields: readonly string[], limit: number): string[] {
      const byText = engine.search(text, { limit }).map((hit) => hit.id);
      return fuseRankedLists([byText, ...technologyFields.map(newestIn)], limit);
    },
  };
}
