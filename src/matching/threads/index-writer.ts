import { createEngine } from '../engine/engine.ts';
import type { EngineManifest } from '../engine/index-reader.ts';
import type { TextFields } from '../engine/types.ts';
import { FieldNeighbours } from './field-neighbours.ts';

export const sides = ['demand', 'result'] as const;
export type Side = (typeof sides)[number];

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

/** What readers need to know after a change: other segments, if there are any, and who is new in the fields that it touched. */
export type Published = Record<
  Side,
  { manifest: EngineManifest | undefined; newest: [field: string, ids: string[]][] }
>;

export type IndexSize = { demands: number; results: number };

/** What the one thread that changes the index can be called for. */
export type WriterMethods = { change(change: IndexChange): { published: Published; size: IndexSize } };

export function createIndexWriter(): WriterMethods {
  const shelves = { demand: createShelf(), result: createShelf() };
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
      return {
        published: { demand: shelves.demand.publish(), result: shelves.result.publish() },
        size: { demands: shelves.demand.engine.size, results: shelves.result.engine.size },
      };
    },
  };
}

function createShelf() {
  const engine = createEngine();
  const neighbours = new FieldNeighbours();
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
