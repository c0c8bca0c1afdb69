import type { Ctx } from '../core/ctx.ts';
import { found } from '../core/errors.ts';
import type { Tx } from '../core/transaction.ts';
import { getOrganizationRow, organizationFaults } from '../organizations/service.ts';
import {
  isPublic,
  type PublicFacts,
  type RecordKind,
  recordDrafting,
  recordLifecycle,
  recordMerging,
  recordReading,
  recordReviewing,
} from '../records/service.ts';
import type { UpdateDemand } from './inputs.ts';
import { demandFaults, draftDefaults, missingForSubmission, partsOf, revisedColumns, termsOf } from './rules.ts';
import {
  assignDemandRow,
  type ConfidentialRow,
  type DemandRow,
  getDemandConfidential,
  getDemandRow,
  getDemandRows,
  insertDemands,
  listDemandConfidential,
  listDemandReviews,
  listDemandRows,
  lockDemand,
  lockDueDemands,
  nextDemandNumbers,
  openDemandList,
  rehomeDemandRows,
  releaseDemandRows,
  updateDemandConfidential,
  updateDemandRow,
} from './store.ts';
import {
  type DemandView,
  type PublicDemandView,
  toCounterpartyDemandView,
  toOwnerDemandView,
  toPublicDemandView,
} from './views.ts';

export { requireDiagnosable } from './rules.ts';
export * from './service/diagnosis.ts';
export {
  countDemandReviews,
  countDemandReviewsByBroker,
  countTerritoryDemands,
  type DemandRow,
  findDemandsByCode,
  getDemandConfidential,
  getDemandRows,
  listDemandHeads,
  listDemandIdsOf,
  listDemandMarkets,
  listDemandReviews,
  listExclusions,
  listPendingDemands,
  listTerritoryDemandIds,
  lockDemand,
  readMatchableDemands,
} from './store.ts';

/** What is particular to demands among records. */
const kind: RecordKind<DemandRow, ConfidentialRow, UpdateDemand, PublicDemandView, DemandView> = {
  name: 'demand',
  postedBy: 'enterprise',
  codePrefix: 'D',
  matchedOn: ['excludedOrganizations'],
  store: {
    get: getDemandRow,
    lock: lockDemand,
    list: listDemandRows,
    openList: openDemandList,
    getMany: getDemandRows,
    lockDue: lockDueDemands,
    listReviews: listDemandReviews,
    assign: assignDemandRow,
    release: releaseDemandRows,
    nextNumbers: nextDemandNumbers,
    insert: insertDemands,
    update: updateDemandRow,
    getConfidential: getDemandConfidential,
    listConfidential: listDemandConfidential,
    updateConfidential: updateDemandConfidential,
  },
  rules: {
    draftDefaults,
    termsOf,
    faultsOf: demandFaults,
    partsOf,
    missing: missingForSubmission,
    missingIn: missingForSubmission,
    revisedColumns,
  },
  // Whoever is excluded already may stay so, whatever has become of it.
  referenceFaults: (tx, { excludedOrganizations = [] }, confidential) =>
    organizationFaults(tx, excludedOrganizations, '/excludedOrganizations', confidential?.excludedOrganizations),
  views: { toPublic: toPublicDemandView, toCounterparty: toCounterpartyDemandView, toOwner: toOwnerDemandView },
};

const reading = recordReading(kind);
const drafting = recordDrafting(kind, reading.show);
const lifecycle = recordLifecycle(kind, reading.show);
const reviewing = recordReviewing(kind);
const merging = recordMerging(kind, reading.show);

export const createDemand = drafting.create;
export const createDemands = drafting.createMany;
export const demandFaultsOf = drafting.faultsOfMany;
export const updateDemand = drafting.update;
export const sketchDemand = drafting.sketch;

export const submitDemand = lifecycle.submit;
export const publishDemand = lifecycle.publish;
export const returnDemand = lifecycle.giveBack;
export const rejectDemand = lifecycle.reject;
export const withdrawDemand = lifecycle.withdraw;
export const closeDemand = lifecycle.close;
export const renewDemand = lifecycle.renew;
export const expireDemands = lifecycle.expireDue;
export const getDemandHistory = lifecycle.history;
export const markDemandInNegotiation = lifecycle.negotiate;
export const markDemandContracted = lifecycle.contract;

export const mergeDemand = merging.merge;
export const unmergeDemand = merging.unmerge;

export const assignDemand = reviewing.assign;
export const releaseDemandsOf = reviewing.release;

export const viewDemand = reading.show;
export const getDemand = reading.get;
export const listDemands = reading.list;
export const openDemands = reading.open;
export const toPublicDemandViews = reading.toPublicViews;

/** In another verb's transaction: a campaign gathered the demand, which its caller has locked. */
export async function markDemandGathered(tx: Tx, ctx: Ctx, row: DemandRow): Promise<void> {
  if (row.source !== 'campaign') await updateDemandRow(tx, row, { source: 'campaign' }, ctx.clock.now());
}

export function isDemandPublic(row: PublicFacts, now: Date): boolean {
  return isPublic(row, now);
}

/** In the job of `market.created`: demands go to the home market of their region. */
export async function rehomeDemands(tx: Tx, _ctx: Ctx, marketId: string): Promise<void> {
  const market = found(await getOrganizationRow(tx, marketId));
  await rehomeDemandRows(tx, market.regionCode);
}
