import { listActiveMembers, listPersonNames } from '../../auth/service.ts';
import type { UserActor } from '../../core/actor.ts';
import type { Db } from '../../core/transaction.ts';
import { countDemandReviewsByBroker } from '../../demands/service.ts';
import { countIntroductionsByBroker } from '../../matches/service.ts';
import { countResultReviewsByBroker } from '../../results/service.ts';
import { loadsAtMost } from '../rules.ts';
import type { BrokerLoad } from '../views.ts';

/** What each person of the territory has in hand, and what nobody has, the fullest first; the director's own market in any case. */
export async function listLoad(db: Db, { marketIds, organizationId }: UserActor, now: Date): Promise<BrokerLoad[]> {
  const demands = await countDemandReviewsByBroker(db, marketIds);
  const results = await countResultReviewsByBroker(db, marketIds);
  const introductions = new Map((await countIntroductionsByBroker(db, marketIds, now)).map((row) => [row.userId, row]));
  const staff = (await listActiveMembers(db, organizationId === null ? [] : [organizationId]))
    .filter(({ role }) => role === 'broker' || role === 'director')
    .map(({ userId }) => userId);
  const people = new Set([null, ...demands.keys(), ...results.keys(), ...introductions.keys(), ...staff]);
  const names = await listPersonNames(
    db,
    [...people].flatMap((userId) => userId ?? []),
  );
  return [...people]
    .map((userId) => ({
      userId,
      name: userId === null ? null : (names.get(userId) ?? null),
      demands: demands.get(userId) ?? 0,
      results: results.get(userId) ?? 0,
      introductions: introductions.get(userId)?.live ?? 0,
      lateIntroductions: introductions.get(userId)?.late ?? 0,
    }))
    .sort((a, b) => openItems(b) - openItems(a) || (a.userId ?? '').localeCompare(b.userId ?? ''))
    .slice(0, loadsAtMost);
}

function openItems({ demands, results, introductions }: BrokerLoad): number {
  return demands + results + introductions;
}
