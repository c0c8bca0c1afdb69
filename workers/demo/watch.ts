import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError } from '../../src/config.ts';
import type { MatchView } from '../../src/matches/views.ts';
import type { NotificationView } from '../../src/notifications/views.ts';
import type { Caller } from './api.ts';
import { noWorkers } from './settle.ts';

const pollMs = 20;
const patienceMs = 30_000;

/** Asks until there is an answer. @throws ConfigError after half a minute */
async function until<Answer>(signal: AbortSignal, ask: () => Promise<Answer | undefined>): Promise<Answer> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadlineMs) throw new ConfigError(noWorkers);
    await delay(pollMs, undefined, { signal });
  }
}

/** Waits for the match of two published records. */
export function matchOf(
  owner: Caller,
  ids: { demand: string; result: string },
  signal: AbortSignal,
): Promise<MatchView> {
  return until(signal, async () => {
    const page = await owner.get<{ items: MatchView[] }>(`/v1/demands/${ids.demand}/matches?limit=100`);
    return page.items.find((match) => match.result.id === ids.result);
  });
}

/** Waits until each of these people has the notice of the match in their inbox. */
export async function noticesOf(readers: readonly Caller[], matchId: string, signal: AbortSignal): Promise<void> {
  for (const reader of readers) {
    await until(signal, async () => {
      const inbox = await reader.get<{ items: NotificationView[] }>('/v1/notifications?type=match.suggested&limit=100');
      return inbox.items.find((notice) => notice.subject.id === matchId);
    });
  }
}
