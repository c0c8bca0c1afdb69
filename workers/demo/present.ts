import { listMembers } from '../../src/auth/service.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { type DemandRow, getDemandRows, listDemandIdsOf } from '../../src/demands/service.ts';
import { listMarkets, listOrganizations } from '../../src/organizations/service.ts';
import { getResultRows, listResultIdsOf, type ResultRow } from '../../src/results/service.ts';

export interface Person {
  userId: string;
  organizationId: string;
}

/** What is in the database already, found by what names it in the sample. */
export interface Present {
  rootMarketId: string;
  /** By region code. */
  markets: Map<string, string>;
  organizations: Map<string, { name: string; verified: boolean }>;
  /** By e-mail address. */
  people: Map<string, Person>;
  /** By owner and title. */
  demands: Map<string, DemandRow>;
  results: Map<string, ResultRow>;
}

export function recordKey(organizationId: string, title: string): string {
  return `${organizationId} ${title}`;
}

/** @param ctx of the platform administrator, who sees all organizations */
export async function readPresent(ctx: Ctx): Promise<Present> {
  const markets = (await listMarkets(ctx)).items;
  const organizations: Present['organizations'] = new Map();
  for (const status of ['verified', 'pending'] as const) {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await listOrganizations(ctx, { status, limit: 100, ...(cursor === undefined ? {} : { cursor }) });
      for (const { id, name } of page.items) organizations.set(id, { name, verified: status === 'verified' });
      cursor = page.nextCursor;
    }
  }
  const people: Present['people'] = new Map();
  for (const organizationId of [...markets.map((market) => market.id), ...organizations.keys()]) {
    const members = await listMembers(ctx, organizationId, { limit: 100 });
    for (const { email, id } of members.items) people.set(email, { userId: id, organizationId });
  }
  const demandIds: string[] = [];
  const resultIds: string[] = [];
  for (const id of organizations.keys()) {
    demandIds.push(...(await listDemandIdsOf(ctx.db, id)));
    resultIds.push(...(await listResultIdsOf(ctx.db, id)));
  }
  const byName = <Row extends { organizationId: string; title: string }>(rows: readonly Row[]) =>
    new Map(rows.map((row) => [recordKey(row.organizationId, row.title), row]));
  return {
    rootMarketId: markets.find((market) => market.kind === 'root')?.id ?? '',
    markets: new Map(
      markets.filter((market) => market.kind === 'territorial').map((market) => [market.regionCode, market.id]),
    ),
    organizations,
    people,
    demands: byName(await getDemandRows(ctx.db, demandIds)),
    results: byName(await getResultRows(ctx.db, resultIds)),
  };
}
