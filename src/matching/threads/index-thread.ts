import type { Dictionary } from '../engine/dictionary.ts';
import { createEngine, type Engine } from '../engine/engine.ts';
import type { TextFields } from '../engine/types.ts';
import { fuseRankedLists } from '../fuse.ts';
import { type RankTask, rankTask, type TaskRanking } from '../rank.ts';
import { createTextMatcher } from '../text-match.ts';
import { FieldNeighbours } from './field-neighbours.ts';

export type Side = 'demand' | 'result';

/** A record as retrieval needs it. */
export type IndexedRecord = {
  side: Side;
  id: string;
  text: TextFields;
  technologyFields: readonly string[];
  /** Since the epoch. */
  publishedAtMs: number;
};

export type IndexChange = { put: readonly IndexedRecord[]; remove: readonly { side: Side; id: string }[] };

/** Records of one side that could suit a record of the other. */
export type CandidateQuery = {
  side: Side;
  text: TextFields;
  technologyFields: readonly string[];
  limit: number;
};

export type IndexSize = { demands: number; results: number };

/** Demands and results in two engines, and who is new in which field; what the thread that holds the index can be called for. */
export type IndexMethods = {
  change(change: IndexChange): IndexSize;
  candidates(query: CandidateQuery): string[];
  rank(task: RankTask): TaskRanking;
};

export function createIndexMethods(dictionary: Dictionary | undefined): IndexMethods {
  const shelves = { demand: createShelf(dictionary), result: createShelf(dictionary) };
  return {
    change({ put, remove }) {
      for (const { side, id } of remove) {
        shelves[side].engine.remove(id);
        shelves[side].neighbours.remove(id);
      }
      for (const { side, id, text, technologyFields, publishedAtMs } of put) {
        shelves[side].engine.upsert({ id, fields: text });
        shelves[side].neighbours.put(id, technologyFields, publishedAtMs);
      }
      return { demands: shelves.demand.engine.size, results: shelves.result.engine.size };
    },
    candidates({ side, text, technologyFields, limit }) {
      const { engine, neighbours } = shelves[side];
      const byText = engine.search(text, { limit }).map((hit) => hit.id);
      return fuseRankedLists([byText, ...technologyFields.map((field) => neighbours.newestIn(field))], limit);
    },
    // The engine that holds the results, for both directions: a pair has one score from whichever side it is found.
    rank: (task) => rankTask(task, createTextMatcher(shelves.result.engine)),
  };
}

function createShelf(dictionary: Dictionary | undefined): { engine: Engine; neighbours: FieldNeighbours } {
  return {
    engine: createEngine(dictionary === undefined ? {} : { dictionary }),
    neighbours: new FieldNeighbours(),
  };
}
