import type { Ctx } from '../core/ctx.ts';
import { found } from '../core/errors.ts';
import type { Tx } from '../core/transaction.ts';
import { getOrganizationRow } from '../organizations/service.ts';
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
import type { UpdateResult } from './inputs.ts';
import { draftDefaults, missingForSubmission, partsOf, resultFaults, revisedColumns, termsOf } from './rules.ts';
import {
  assignResultRow,
  type ConfidentialRow,
  getResultConfidential,
  getResultRow,
  getResultRows,
  insertResults,
  listResultConfidential,
  listResultReviews,
  listResultRows,
  lockDueResults,
  lockResult,
  nextResultNumbers,
  openResultList,
  type ResultRow,
  rehomeResultRows,
  releaseResultRows,
  updateResultConfidential,
  updateResultRow,
} from './store.ts';
import {
  type PublicResultView,
  type ResultView,
  toCounterpartyResultView,
  toOwnerResultView,
  toPublicResultView,
} from './views.ts';

export {
  countResultReviews,
  countResultReviewsByBroker,
  countTerritoryResults,
  findResultsByCode,
  getResultConfidential,
  getResultRows,
  listPendingResults,
  listResultHeads,
  listResultIdsOf,
  listResultReviews,
  listTerritoryResultIds,
  lockResult,
  type ResultRow,
  readMatchableResults,
} from './store.ts';

/** What is particular to results among records. */
const kind: RecordKind<ResultRow, ConfidentialRow, UpdateResult, PublicResultView, ResultView> = {
  name: 'result',
  postedBy: 'university',
  codePrefix: 'R',
  matchedOn: [],
  store: {
    get: getResultRow,
    lock: lockResult,
    list: listResultRows,
    openList: openResultList,
    getMany: getResultRows,
    lockDue: lockDueResults,
    listReviews: listResultReviews,
    assign: assignResultRow,
    release: releaseResultRows,
    nextNumbers: nextResultNumbers,
    insert: insertResults,
    update: updateResultRow,
    getConfidential: getResultConfidential,
    listConfidential: listResultConfidential,
    updateConfidential: updateResultConfidential,
  },
  rules: {
    draftDefaults,
    termsOf,
    faultsOf: resultFaults,
    partsOf,
    missing: missingForSubmission,
    missingIn: missingForSubmission,
    revisedColumns,
  },
  referenceFaults: async () => [],
  views: { toPublic: toPublicResultView, toCounterparty: toCounterpartyResultView, toOwner: toOwnerResultView },
};

const reading = recordReading(kind);
const drafting = recordDrafting(kind, reading.show);
const lifecycle = recordLifecycle(kind, reading.show);
const reviewing = recordReviewing(kind);
const merging = recordMerging(kind, reading.show);

export const createResult = drafting.create;
export const createResults = drafting.createMany;
export const resultFaultsOf = drafting.faultsOfMany;
export const updateResult = drafting.update;
export const sketchResult = drafting.sketch;

export const submitResult = lifecycle.submit;
export const publishResult = lifecycle.publish;
export const returnResult = lifecycle.giveBack;
export const rejectResult = lifecycle.reject;
export const withdrawResult = lifecycle.withdraw;
export const closeResult = lifecycle.close;
export const renewResult = lifecycle.renew;
export const expireResults = lifecycle.expireDue;
export const markResultContracted = lifecycle.contract;
export const getResultHistory = lifecycle.history;

export const mergeResult = merging.merge;
export const unmergeResult = merging.unmerge;

export const assignResult = reviewing.assign;
export const releaseResultsOf = reviewing.release;

export const viewResult = reading.show;
export const getResult = reading.get;
export const listResults = reading.list;
export const openResults = reading.open;
export const toPublicResultViews = reading.toPublicViews;

export function isResultPublic(row: PublicFacts, now: Date): boolean {
  return isPublic(row, now);
}

/** In the job of `market.created`: results go to the home market of their region. */
export async function rehomeResults(tx: Tx, _ctx: Ctx, marketId: string): Promise<void> {
  const market = found(await getOrganizationRow(tx, marketId));
  await rehomeResultRows(tx, market.regionCode);
}
