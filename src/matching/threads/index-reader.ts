import type { Dictionary } from '../engine/dictionary.ts';
import { type AttachedEngine, attach } from '../engine/engine.ts';
import { HeldMemory } from '../engine/held-memory.ts';
import { attachDictionary, type PackedDictionary } from '../engine/packed-dictionary.ts';
import type { TextFields } from '../engine/types.ts';
import { fuseRankedLists } from '../fuse.ts';
import { KeptRecords } from '../kept-records.ts';
import { type RankTask, rankTask, type TaskRanking } from '../rank.ts';
import { createTextMatcher } from '../text-match.ts';
import type { MatchDemand, MatchResult } from '../types.ts';
import type { Published } from './index-writer.ts';
import { type Side, sides } from './sides.ts';

/** Records of one side that could suit a record of the other. */
export type CandidateQuery = {
  side: Side;
  text: TextFields;
  technologyFields: readonly string[];
  limit: number;
};

/** What a thread that reads the index can be called for. */
export type ReaderMethods = {
  /** To be called first, and again for another index. */
  begin(dictionary: PackedDictionary | undefined): void;
  take(published: Published): void;
  candidates(query: CandidateQuery): string[];
  rank(task: RankTask): TaskRanking;
};

/** Of the records kept of a side: some 10 MB a thread, and for results twice as much of what the engine has read of them. */
const keptCharacters = 2_000_000;

export function createIndexReader(): ReaderMethods {
  const kept = {
    demand: new KeptRecords<MatchDemand>(keptCharacters),
    result: new KeptRecords<MatchResult>(keptCharacters),
  };
  let dictionary: Dictionary | undefined;
  let shelves = { demand: createShelf(), result: createShelf() };

  function createShelf() {
    return {
      engine: undefined as AttachedEngine | undefined,
      held: new HeldMemory(),
      newest: new Map<string, readonly string[]>(),
    };
  }

  function engineOf(side: Side): AttachedEngine {
    const { engine } = shelves[side];
    if (engine === undefined) throw new Error(`nothing was published of the side ${side}`);
    return engine;
  }

  function gathered(task: RankTask): { task: RankTask; missing: string[] } {
    const { known = [] } = task;
    if (task.side === 'demand') {
      const { records, missing } = kept.result.gather(task.others, known);
      return { task: { ...task, others: records }, missing };
    }
    const { records, missing } = kept.demand.gather(task.others, known);
    return { task: { ...task, others: records }, missing };
  }

  return {
    begin(packed) {
      dictionary = packed === undefined ? undefined : attachDictionary(packed);
      shelves = { demand: createShelf(), result: createShelf() };
    },
    take(published) {
      for (const side of sides) {
        const { manifest, newest } = published[side];
        const shelf = shelves[side];
        if (manifest !== undefined) {
          shelf.held.update(manifest);
          if (shelf.engine === undefined)
            shelf.engine = attach(manifest, dictionary === undefined ? {} : { dictionary });
          else shelf.engine.update(manifest);
        }
        for (const [field, ids] of newest) shelf.newest.set(field, ids);
      }
    },
    candidates({ side, text, technologyFields, limit }) {
      const byText = engineOf(side)
        .search(text, { limit })
        .map((hit) => hit.id);
      const newest = technologyFields.map((field) => shelves[side].newest.get(field) ?? []);
      return fuseRankedLists([byText, ...newest], limit);
    },
    // The engine that holds the results, for both directions: a pair has one score from whichever side it is found.
    rank: (task) => {
      const { task: whole, missing } = gathered(task);
      return missing.length > 0
        ? { matches: [], nearMisses: [], beyond: [], missing }
        : rankTask(whole, createTextMatcher(engineOf('result')));
    },
  };
}
