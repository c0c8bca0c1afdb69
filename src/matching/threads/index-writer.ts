import { createEngine } from '../engine/engine.ts';
import type { EngineManifest } from '../engine/index-reader.ts';
import type { TextFields } from '../engine/types.ts';
import { versionTag } from '../record-text.ts';
import { FieldNeighbours } from './field-neighbours.ts';
import {
  type RestoredShelf,
  restoreIndex,
  type SnapshotHead,
  type SnapshotPlace,
  saveIndex,
} from './index-snapshot.ts';
import type { Side } from './sides.ts';

/** A record as retrieval needs it. */
export type IndexedRecord = {
  side: Side;
  id: string;
  /** Of the text. */
  version: number;
  text: TextFields;
  technologyFields: readonly string[];
  /** Since the epoch. */
  publishedAtMs: number;
};

export type IndexChange = { put: readonly IndexedRecord[]; remove: readonly { side: Side; id: string }[] };

/** What readers need to know after a change: other segments, if there are any, and who is new in the fields that it touched. */
export type Published = Record<
  Side,
  { manifest: EngineManifest | undefined; newest: [field: string, ids: string[]][] }
>;

export type IndexSize = { demands: number; results: number };

export type Changed = { published: Published; size: IndexSize };

/** `isDone`: there is nothing left to merge until more has changed. */
export type Tidied = Changed & { isDone: boolean };

/** What the one thread that changes the index can be called for. */
export type WriterMethods = {
  change(change: IndexChange): Changed;
  /** Does all merges that are due, however long it takes: after a build, before anybody waits. Questions cost less then. */
  settle(): Changed;
  /** Merges for about that long, in time when nobody waits: few segments make questions cheaper. */
  tidy(budgetMs: number): Tidied;
  save(folder: string, place: SnapshotPlace): Promise<void>;
  /** To be called first, if at all. Throws SnapshotError: the writer then goes on with an empty index. */
  restore(folder: string, head: SnapshotHead): Promise<Changed>;
};

export function createIndexWriter(): WriterMethods {
  let shelves = { demand: createShelf(), result: createShelf() };

  function changed(): Changed {
    return {
      published: { demand: shelves.demand.publish(), result: shelves.result.publish() },
      size: { demands: shelves.demand.engine.size, results: shelves.result.engine.size },
    };
  }

  return {
    change({ put, remove }) {
      for (const { side, id } of remove) {
        shelves[side].engine.remove(id);
        shelves[side].neighbours.remove(id);
      }
      for (const { side, id, version, text, technologyFields, publishedAtMs } of put) {
        shelves[side].engine.upsert({ id, fields: text, tags: [versionTag(version)] });
        shelves[side].neighbours.put(id, technologyFields, publishedAtMs);
      }
      return changed();
    },
    settle() {
      for (const { engine } of Object.values(shelves)) engine.finishMerges();
      return changed();
    },
    tidy(budgetMs) {
      const endMs = performance.now() + budgetMs;
      let isDone = false;
      while (!isDone && performance.now() < endMs) {
        isDone = !(shelves.demand.engine.mergeStep() || shelves.result.engine.mergeStep());
      }
      return { ...changed(), isDone };
    },
    save: (folder, place) =>
      saveIndex(folder, place, () => ({
        demand: { engine: shelves.demand.engine, neighbours: shelves.demand.neighbours.rows() },
        result: { engine: shelves.result.engine, neighbours: shelves.result.neighbours.rows() },
      })),
    async restore(folder, head) {
      const { demand, result } = await restoreIndex(folder, head);
      shelves = { demand: createShelf(demand), result: createShelf(result) };
      return changed();
    },
  };
}

function createShelf(restored?: RestoredShelf) {
  const engine = createEngine(restored === undefined ? {} : { restored: restored.manifest });
  const neighbours = new FieldNeighbours();
  for (const row of restored?.neighbours ?? []) {
    neighbours.put(...row);
  }
  let version = -1;
  return {
    engine,
    neighbours,
    publish(): Published[Side] {
      const manifest = engine.share();
      const isNew = manifest.version !== version;
      version = manifest.version;
      return { manifest: isNew ? manifest : undefined, newest: neighbours.takeChanges() };
    },
  };
}
