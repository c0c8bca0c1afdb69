import { setImmediate as letOthersRun } from 'node:timers/promises';
import { loadDictionary, loadTransliterations } from '../../db/seed/dictionary.ts';
import type { StoredMessage } from '../../src/core/messages.ts';
import type { Db } from '../../src/core/transaction.ts';
import { getDemandRows, isDemandPublic, listMatchableDemandIds } from '../../src/demands/service.ts';
import { type MatchIndex, toMatchDemand, toMatchResult } from '../../src/matches/service.ts';
import { type Dictionary, dictionaryInSteps } from '../../src/matching/engine/dictionary.ts';
import { createSpeller } from '../../src/matching/engine/transliteration.ts';
import { getResultRows, isResultPublic, listMatchableResultIds } from '../../src/results/service.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import { createCandidateStore } from './candidate-store.ts';
import { type CursorReader, createCursorReader } from './cursor-reader.ts';
import { type Cursor, cursorAtHorizon } from './store.ts';

/** Rows per query, and documents analysed between two turns of the event loop. */
const rowsAtOnce = 200;
const documentsAtOnce = 20;

/**
 * This process's matching index, in memory: built from PostgreSQL at the reader's first step and kept up from messages.
 * It starts where messages stood before the build, so what changed meanwhile is read once more.
 */
export function createMatchIndex(deps: WorkerDeps): { index: MatchIndex; reader: CursorReader } {
  const { db, clock, log } = deps;
  let store = createCandidateStore(undefined);

  async function build(): Promise<Cursor> {
    // A new store each time: a build that failed half-way is not continued.
    const fresh = createCandidateStore(await sharedDictionary());
    const start = await cursorAtHorizon(db);
    await load(fresh, db, 'demand', await listMatchableDemandIds(db));
    await load(fresh, db, 'result', await listMatchableResultIds(db));
    store = fresh;
    log.info(fresh.size(), 'the matching index is built');
    return start;
  }

  async function load(into: typeof store, from: Db, kind: 'demand' | 'result', ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += rowsAtOnce) {
      const wanted = ids.slice(at, at + rowsAtOnce);
      const now = clock.now();
      const documents =
        kind === 'demand'
          ? (await getDemandRows(from, wanted))
              .filter((row) => isDemandPublic(row, now))
              .map((row) => into.demand(toMatchDemand(row)))
          : (await getResultRows(from, wanted))
              .filter((row) => isResultPublic(row, now))
              .map((row) => into.result(toMatchResult(row)));
      const present = new Set(documents.map((document) => document.id));
      for (const id of wanted) if (!present.has(id)) into.remove(kind, id);
      for (let next = 0; next < documents.length; next += documentsAtOnce) {
        for (const document of documents.slice(next, next + documentsAtOnce)) document.put();
        await letOthersRun();
      }
    }
  }

  async function apply(messages: readonly StoredMessage[]): Promise<void> {
    for (const kind of ['demand', 'result'] as const) {
      const ids = messages.filter((message) => message.subjectType === kind).map((message) => message.subjectId);
      await load(store, db, kind, [...new Set(ids)]);
    }
  }

  const reader = createCursorReader({ name: 'match-index', db, clock, log, persist: false, from: build, apply });
  return {
    reader,
    index: {
      waitUntil: (xid, timeoutMs) => reader.waitUntil(xid, timeoutMs),
      resultsFor: (demand, limit) => store.resultsFor(demand, limit),
      demandsFor: (result, limit) => store.demandsFor(result, limit),
      texts: () => store.texts(),
    },
  };
}

let dictionary: Promise<Dictionary> | undefined;

/** Read once for each process, since it is large and never changes; in steps, since requests are being answered. */
function sharedDictionary(): Promise<Dictionary> {
  dictionary ??= readDictionary();
  return dictionary;
}

async function readDictionary(): Promise<Dictionary> {
  const steps = dictionaryInSteps(loadDictionary(), createSpeller(loadTransliterations()));
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await letOthersRun();
  }
}
