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

/** Takes note of what was shown and returns at once; what it cannot write is lost and warned of. */
export interface ShownLog {
  note(actor: Actor, view: ShownView): void;
  /** Writes what is noted. Never throws. */
  flush(): Promise<void>;
}

/** Long enough to gather what one person opens, short enough that little is lost with the process. */
const delayMs = 250;
const maxPending = 500;
const maxRemembered = 20_000;

interface Noted extends ShownView {
  at: Date;
  actor: Actor;
  organizationId: string;
}

/**
 * Writes down in the background which matches people saw, so that one that was seen and not taken can later be told from
 * one that nobody saw. Once a day (Beijing) for each organization, list, match and finding; this process remembers the
 * day's, the database knows those of all. Programs that read with an API key show nothing to anybody as far as we know.
 */
export function createShownLog({ db, clock, log }: { db: Db; clock: Clock; log: Pick<Log, 'warn'> }): ShownLog {
  let pending: Noted[] = [];
  let remembered = { day: '', keys: new Set<string>() };
  let timer: NodeJS.Timeout | null = null;
  let writing = Promise.resolve();

  function note(actor: Actor, view: ShownView): void {
    if (actor.kind !== 'user' || actor.scopes !== null || actor.organizationId === null) return;
    const at = clock.now();
    const day = chinaDate(at);
    if (remembered.day !== day || remembered.keys.size > maxRemembered) remembered = { day, keys: new Set() };
    if (pending.length >= maxPending) return;
    const { organizationId } = actor;
    const keys = view.matches.map(
      ({ id, modelVersion, demandVersion, resultVersion }) =>
        `${organizationId} ${view.list} ${id} ${modelVersion} ${demandVersion} ${resultVersion}`,
    );
    if (keys.every((key) => remembered.keys.has(key))) return;
    for (const key of keys) remembered.keys.add(key);
    pending.push({ ...view, at, actor, organizationId });
    timer ??= setTimeout(() => void flush(), delayMs).unref();
  }

  /** One write at a time, so that views never take more than one connection. */
  function flush(): Promise<void> {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const batch = pending;
    pending = [];
    writing = writing.then(() => write(batch));
    return writing;
  }

  async function write(batch: readonly Noted[]): Promise<void> {
    for (const [at, noted] of batch.entries()) {
      try {
        await insertObservations(db, await rowsOf(db, noted));
      } catch (error) {
        remembered.keys.clear();
        const lost = batch.length - at;
        log.warn({ lost, error: describeError(error) }, 'what people were shown could not be written down');
        return;
      }
    }
  }

  return { note, flush };
}

async function rowsOf(db: Db, { at, actor, organizationId, list, filter, matches }: Noted): Promise<ObservationRow[]> {
  const places = await listPlaces(
    db,
    matches.map((match) => match.id),
  );
  const [first] = matches;
  const { ahead, length } =
    filter === null || first === undefined ? { ahead: null, length: null } : await countListed(db, filter, first);
  return matches.map((match, index) => {
    const fact: ObservedFact = {
      action: list === null ? 'viewed' : 'shown',
      organizationId,
      list,
      listPosition: ahead === null ? null : ahead + index + 1,
      listLength: length,
    };
    const marketId = match.pair.demand.homeMarketId;
    return toObservation(match, fact, { at, actor: observerOf(actor, match.pair), marketId }, places.get(match.id));
  });
}
