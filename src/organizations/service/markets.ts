import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { regionChain, regionPrefix } from '../../core/region-codes.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { CreateMarket } from '../inputs.ts';
import { mayCreateMarket } from '../policy.ts';
import {
  findHomeMarket,
  findTerritorialMarket,
  getOrganizationRow,
  getRootMarket,
  insertOrganization,
  insertRootMarket,
  listMarketRows,
  lockMarketTree,
  type OrganizationRow,
  rehomeOrganizationRows,
  reparentMarketRows,
} from '../store.ts';
import { type MarketView, toMarketView } from '../views.ts';

/** The smallest territorial market whose region contains the code, else the root market; it stays so until the transaction ends. */
export async function homeMarketOf(tx: Tx, regionCode: string): Promise<OrganizationRow> {
  await lockMarketTree(tx, 'read');
  return found(await findHomeMarket(tx, regionChain(regionCode)));
}

/** The root market exists from the first start; many processes may start at once. */
export async function ensureRootMarket(ctx: Ctx): Promise<void> {
  await transaction(ctx, async (tx) => {
    if (await getRootMarket(tx)) return;
    const now = ctx.clock.now();
    await insertRootMarket(tx, {
      id: newId(),
      kind: 'market',
      marketKind: 'root',
      name: '总市场 Root market',
      status: 'verified',
      regionCode: '000000',
      createdAt: now,
      updatedAt: now,
    });
  });
}

/**
 * Puts a market into the tree. A territorial one takes over from the market around it: the organizations of its region
 * at once, their records by the message `market.created`, and the markets of smaller regions come under it.
 * @throws AppError CONFLICT when the region has a market, INVALID_INPUT for an unknown region or parent
 */
export async function createMarket(ctx: Ctx, input: CreateMarket): Promise<MarketView> {
  return await transaction(ctx, async (tx) => {
    await lockMarketTree(tx, 'change');
    const parent = await parentOf(tx, input);
    mayCreateMarket(ctx.actor, parent.id);
    const { name, regionCode, kind = 'territorial', technologyFields = [] } = input;
    await checkTerms(tx, [
      { vocabulary: 'regions', code: regionCode, pointer: '/regionCode' },
      ...technologyFields.map((code, at) => ({
        vocabulary: 'technology-fields' as const,
        code,
        pointer: `/technologyFields/${at}`,
      })),
    ]);
    if (kind === 'territorial') await refuseTakenRegion(tx, regionCode);
    const now = ctx.clock.now();
    const market = found(
      await insertOrganization(tx, {
        id: newId(),
        kind: 'market',
        marketKind: kind,
        name,
        status: 'verified',
        regionCode,
        technologyFields,
        parentId: parent.id,
        createdAt: now,
        updatedAt: now,
      }),
    );
    if (kind === 'territorial') {
      await reparentMarketRows(tx, market, now);
      await rehomeOrganizationRows(tx, regionCode, now);
    }
    await audit(tx, ctx, {
      action: 'market.create',
      subjectType: 'organization',
      subjectId: market.id,
      marketId: parent.id,
    });
    await emit(tx, ctx, { type: 'market.created', subjectType: 'organization', subjectId: market.id });
    return toMarketView(market);
  });
}

async function refuseTakenRegion(tx: Tx, regionCode: string): Promise<void> {
  const taken = await findTerritorialMarket(tx, regionCode);
  if (taken)
    throw conflict({ zh: `该地区已有市场：${taken.name}。`, en: `This region has a market already: ${taken.name}.` });
}

async function parentOf(tx: Tx, input: CreateMarket): Promise<OrganizationRow> {
  if (input.parentId === undefined) return await homeMarketOf(tx, input.regionCode);
  const parent = await getOrganizationRow(tx, input.parentId);
  // A market takes over the organizations of its region, so a parent gives away no region that it does not own.
  if (parent?.kind === 'market' && parent.marketKind !== 'specialised' && contains(parent, input.regionCode))
    return parent;
  throw invalidInput({
    pointer: '/parentId',
    code: 'parent',
    message: {
      zh: '上级市场不存在，或不是包含该地区的地域市场',
      en: 'there is no such territorial market around the region',
    },
  });
}

function contains(market: OrganizationRow, regionCode: string): boolean {
  return market.marketKind === 'root' || regionCode.startsWith(regionPrefix(market.regionCode));
}

export async function listMarkets(ctx: Ctx): Promise<{ items: MarketView[] }> {
  const rows = await listMarketRows(ctx.db);
  return { items: rows.map(toMarketView) };
}
