import { listActiveMembers } from '../../auth/service.ts';
import type { Db } from '../../core/transaction.ts';
import { getOrganizationRows } from '../../organizations/service.ts';
import { type Circle, hasStaff, type People, type Person } from '../circles.ts';

/** Markets hang a few levels deep; a longer way up would be a circle. */
const maxLevels = 20;

/** Who works today where somebody in the circles may be found. */
export interface Audience {
  people: People;
  /** For each market of a circle, the nearest one that has staff: itself or one above. */
  staffedMarketOf: ReadonlyMap<string, string>;
}

/** The members of the organizations in the circles. A market without staff is stood in for by the nearest above that has some. */
export async function loadAudience(db: Db, circles: readonly Circle[]): Promise<Audience> {
  const organizationIds = circles.flatMap((circle) => ('organizationId' in circle ? [circle.organizationId] : []));
  const marketIds = [...new Set(circles.flatMap((circle) => ('marketId' in circle ? [circle.marketId] : [])))];
  const people = new Map<string, Person[]>();
  await addMembers(db, people, [...organizationIds, ...marketIds]);
  const staffedMarketOf = new Map<string, string>();
  // Where the search for staff stands, for each market that somebody is looked for.
  let searching = new Map(marketIds.map((id) => [id, id]));
  for (let level = 0; level < maxLevels && searching.size > 0; level += 1) {
    for (const [marketId, at] of searching) if (hasStaff(people, at)) staffedMarketOf.set(marketId, at);
    const unstaffed = [...searching].filter(([marketId]) => !staffedMarketOf.has(marketId));
    if (unstaffed.length === 0) break;
    const rows = await getOrganizationRows(db, [...new Set(unstaffed.map(([, at]) => at))]);
    const parentOf = new Map(rows.map((row) => [row.id, row.parentId]));
    searching = new Map(
      unstaffed.flatMap(([marketId, at]): [string, string][] => {
        const parentId = parentOf.get(at);
        return parentId ? [[marketId, parentId]] : [];
      }),
    );
    await addMembers(db, people, [...searching.values()]);
  }
  return { people, staffedMarketOf };
}

/** Adds those of organizations that have not been asked for. */
async function addMembers(db: Db, people: Map<string, Person[]>, organizationIds: readonly string[]): Promise<void> {
  const unknown = [...new Set(organizationIds)].filter((id) => !people.has(id));
  for (const id of unknown) people.set(id, []);
  for (const person of await listActiveMembers(db, unknown)) people.get(person.organizationId)?.push(person);
}
