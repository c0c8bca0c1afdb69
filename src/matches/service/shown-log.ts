import type { Actor } from '../../core/actor.ts';
import { type Clock, chinaDate } from '../../core/clock.ts';
import type { Log } from '../../core/ctx.ts';
import { describeError } from '../../core/error-report.ts';
import type { Db } from '../../core/transaction.ts';
import { countListed, insertObservations, listPlaces, type MatchFilter, type ObservationRow } from '../store.ts';
import { type ObservedFact, observerOf, type ScoredMatch, toObservation } from './record-answer.ts';
import type { PairRows } from './sides.ts';

/** What a person was shown: a page of a list, or one match (`list` null) that she opened. */
export interface ShownView {
  list: ObservationRow['list'];
  /** Which list it was, whatever page; null for one match. */
  filter: Omit<MatchFilter, 'after' | 'limit'> | null;
  matches: readonly (ScoredMatch & { pair: PairRows })[];
}

/** Takes note of what was shown and returns at once. */
export interface ShownLog {
  note(actor: Actor, view: ShownView): void;
  /** Writes what is noted. Never throws. */
  flush(): Promise<void>;
}

/** Long enough to gather what one person opens, short enough that little is lost with the process. */
const delayMs = 250;
const maxPendingRows = 5_000;
const maxRemembered = 20_000;

/** Rows without their places, which are looked up when they are written. */
interface Noted {
  filter: ShownView['filter'];
  /** The first match of the page: what lies before it on the list is counted. */
  first: Pick<ScoredMatch, 'id' | 'score'>;
  rows: { row: ObservationRow; indexOnPage: number }[];
}

/**
 * Writes down in the background which matches people saw, so that one that was seen and not taken can later be told from
 * one that nobody saw. Once a day (Beijing) for each organization, list, match and finding; this process remembers the
 * day's, the database knows those of all. Programs that read with an API key show nothing to anybody as far as we know.
 */
export function createShownLog({ db, clock, log }: { db: Db; clock: Clock; log: Pick<Log, 'warn'> }): ShownLog {
  let pending: Noted[] = [];
  let pendingRows = 0;
  let remembered = { day: '', keys: new Set<string>() };
  let timer: NodeJS.Timeout | null = null;
  let writing = Promise.resolve();

  function isNew(key: string, day: string): boolean {
    if (remembered.day !== day || remembered.keys.size >= maxRemembered) remembered = { day, keys: new Set() };
    return remembered.keys.size < remembered.keys.add(key).size;
  }

  function note(actor: Actor, { list, filter, matches }: ShownView): void {
    const [first] = matches;
    if (actor.kind !== 'user' || actor.scopes !== null || actor.organizationId === null || first === undefined) return;
    if (pendingRows >= maxPendingRows) return;
    const { organizationId } = actor;
    const at = clock.now();
    const day = chinaDate(at);
    const rows = matches.flatMap((match, indexOnPage) => {
      const { id, modelVersion, demandVersion, resultVersion, pair } = match;
      if (!isNew(`${organizationId} ${list} ${id} ${modelVersion} ${demandVersion} ${resultVersion}`, day)) return [];
      const fact: ObservedFact = { action: list === null ? 'viewed' : 'shown', organizationId, list };
      const seen = { at, actor: observerOf(actor, pair), marketId: pair.demand.homeMarketId };
      return [{ row: toObservation(match, fact, seen, undefined), indexOnPage }];
    });
    if (rows.length === 0) return;
    pending.push({ filter, first: { id: first.id, score: first.score }, rows });
    pendingRows += rows.length;
    timer ??= setTimeout(() => void flush(), delayMs).unref();
  }

  /** One write at a time, so that views never take more than one connection. */
  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    writing = writing.then(writePending);
    return writing;
  }

  async function writePending(): Promise<void> {
    for (let noted = pending.shift(); noted !== undefined; noted = pending.shift()) {
      pendingRows -= noted.rows.length;
      try {
        await insertObservations(db, await withPlaces(db, noted));
      } catch (error) {
        const lost = noted.rows.length + pendingRows;
        pending = [];
        pendingRows = 0;
        remembered.keys.clear();
        log.warn({ lost, error: describeError(error) }, 'what people were shown could not be written down');
      }
    }
  }

  return { note, flush };
}

async function withPlaces(db: Db, { filter, first, rows }: Noted): Promise<ObservationRow[]> {
  const places = await listPlaces(
    db,
    rows.map(({ row }) => row.matchId),
  );
  const { ahead, length } = filter === null ? { ahead: null, length: null } : await countListed(db, filter, first);
  return rows.map(({ row, indexOnPage }) => ({
    ...row,
    ...places.get(row.matchId),
    listPosition: ahead === null ? null : ahead + indexOnPage + 1,
    listLength: length,
  }));
}
