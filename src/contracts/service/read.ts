import type { Actor } from '../../core/actor.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { decodeCursor, type Page, toPage } from '../../core/paging.ts';
import { type Db, readTransaction, type Tx } from '../../core/transaction.ts';
import { bureauRegionCodeOf } from '../../organizations/service.ts';
import type { ListContracts } from '../inputs.ts';
import { audienceOf, type ContractFacts, type PartyFacts, type Reader, scopeOf } from '../policy.ts';
import {
  type ContractRow,
  getContractRow,
  listApprovalRows,
  listConfidentialRows,
  listContractRows,
  rehomeContractRows,
} from '../store.ts';
import { type ContractView, type FullContractView, toFullContractView, toOfficerContractView } from '../views.ts';

/** The actor, with the region of the bureau that an officer works at. */
export async function readerOf(db: Db, actor: Actor): Promise<Reader> {
  return { actor, bureauRegionCode: await bureauRegionCodeOf(db, actor) };
}

export function factsOf(row: ContractRow): ContractFacts {
  return {
    status: row.status,
    marketId: row.marketId,
    buyer: { organizationId: row.buyerOrganizationId, responsibleUserId: row.buyerResponsibleUserId },
    seller: { organizationId: row.sellerOrganizationId, responsibleUserId: row.sellerResponsibleUserId },
    regionCodes: [row.buyer.regionCode, row.seller.regionCode].filter((code) => code !== null),
  };
}

/** The view for the two sides and the market's staff. */
export async function viewContract(tx: Tx, row: ContractRow): Promise<FullContractView> {
  const confidential = await listConfidentialRows(tx, [row.id]);
  return toFullContractView(row, confidential.get(row.id), await listApprovalRows(tx, [row.id]));
}

/** Each for the audience that the reader is; in the order of the rows. */
export async function viewsOf(tx: Tx, reader: Reader, rows: readonly ContractRow[]): Promise<ContractView[]> {
  const full = rows.filter((row) => audienceOf(reader, factsOf(row)) !== 'officer').map((row) => row.id);
  const confidential = await listConfidentialRows(tx, full);
  const approvals = await listApprovalRows(tx, full);
  const isFull = new Set(full);
  return rows.map((row) =>
    isFull.has(row.id) ? toFullContractView(row, confidential.get(row.id), approvals) : toOfficerContractView(row),
  );
}

export async function getContract(ctx: Ctx, id: string): Promise<ContractView> {
  return await readTransaction(ctx, async (tx) => {
    const row = found(await getContractRow(tx, id));
    const [view] = await viewsOf(tx, await readerOf(tx, ctx.actor), [row]);
    return found(view);
  });
}

/** Newest first: the actor's own as a side, those of a broker's territory, or those registered in an officer's region. */
export async function listContracts(ctx: Ctx, query: ListContracts): Promise<Page<ContractView>> {
  const { limit = 20, cursor, ...filter } = query;
  return await readTransaction(ctx, async (tx) => {
    const reader = await readerOf(tx, ctx.actor);
    const page = { after: decodeCursor(cursor), limit: limit + 1 };
    const rows = await listContractRows(tx, { ...filter, scope: scopeOf(reader) }, page);
    const views = await viewsOf(tx, reader, rows.slice(0, limit));
    const byId = new Map(views.map((view) => [view.id, view]));
    return toPage(
      rows,
      limit,
      (row) => ({ at: row.createdAt.toISOString(), id: row.id }),
      (row) => found(byId.get(row.id)),
    );
  });
}

/** Whose business a contract is: its two sides. */
export function contractSides(row: ContractRow): PartyFacts[] {
  const { buyer, seller } = factsOf(row);
  return [buyer, seller];
}

/** In the job of `market.created`, after the projects: contracts go to the market that their project has gone to. */
export async function rehomeContracts(tx: Tx): Promise<void> {
  await rehomeContractRows(tx);
}
