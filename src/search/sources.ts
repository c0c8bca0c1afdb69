import type { Ctx } from '../core/ctx.ts';
import type { SearchDocument, SearchKind } from '../core/search-index.ts';
import type { Db } from '../core/transaction.ts';
import {
  type DemandRow,
  getDemandRows,
  isDemandPublic,
  listDemandIdsOf,
  listMatchableDemandIds,
  toPublicDemandViews,
} from '../demands/service.ts';
import type { PublicDemandView } from '../demands/views.ts';
import {
  getResultRows,
  isResultPublic,
  listMatchableResultIds,
  listResultIdsOf,
  type ResultRow,
  toPublicResultViews,
} from '../results/service.ts';
import type { PublicResultView } from '../results/views.ts';
import { demandDocument, resultDocument } from './documents.ts';

/** Where the documents of one kind come from, and what is shown for them. */
export interface Source<Row extends { id: string }, View> {
  kind: SearchKind;
  getRows(db: Db, ids: readonly string[]): Promise<Row[]>;
  /** All that may be public; `isPublic` judges each. */
  listIds(db: Db): Promise<string[]>;
  listIdsOf(db: Db, organizationId: string): Promise<string[]>;
  isPublic(row: Row, now: Date): boolean;
  toDocument(row: Row): SearchDocument;
  toViews(rows: readonly Row[]): View[];
}

export const demandSource: Source<DemandRow, PublicDemandView> = {
  kind: 'demand',
  getRows: getDemandRows,
  listIds: listMatchableDemandIds,
  listIdsOf: listDemandIdsOf,
  isPublic: isDemandPublic,
  toDocument: demandDocument,
  toViews: toPublicDemandViews,
};

export const resultSource: Source<ResultRow, PublicResultView> = {
  kind: 'result',
  getRows: getResultRows,
  listIds: listMatchableResultIds,
  listIdsOf: listResultIdsOf,
  isPublic: isResultPublic,
  toDocument: resultDocument,
  toViews: toPublicResultViews,
};

export const searchKinds: readonly SearchKind[] = ['demand', 'result'];

/** All of a kind that may be public. */
export async function listIdsOfKind(ctx: Ctx, kind: SearchKind): Promise<string[]> {
  return await (kind === 'demand' ? demandSource : resultSource).listIds(ctx.db);
}

/** What lists of records show and judge them by. */
export type SearchedRecord = Pick<DemandRow | ResultRow, 'id' | 'code' | 'title' | 'homeMarketId'>;

export async function getRecordsOfKind(db: Db, kind: SearchKind, ids: readonly string[]): Promise<SearchedRecord[]> {
  if (ids.length === 0) return [];
  return await (kind === 'demand' ? demandSource : resultSource).getRows(db, ids);
}

export async function readDocumentsOfKind(
  ctx: Ctx,
  kind: SearchKind,
  ids: readonly string[],
): Promise<{ documents: SearchDocument[]; gone: string[] }> {
  return kind === 'demand' ? await readDocuments(ctx, demandSource, ids) : await readDocuments(ctx, resultSource, ids);
}

const rowsPerRead = 1_000;

/** In portions that are read, indexed or compared at a time. */
export function portionsOf(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / rowsPerRead) }, (_, at) =>
    ids.slice(at * rowsPerRead, (at + 1) * rowsPerRead),
  );
}

/** The documents of those ids that the public may read now, and the ids of the others. */
async function readDocuments<Row extends { id: string }, View>(
  ctx: Ctx,
  source: Source<Row, View>,
  ids: readonly string[],
): Promise<{ documents: SearchDocument[]; gone: string[] }> {
  const now = ctx.clock.now();
  const documents: SearchDocument[] = [];
  for (const portion of portionsOf(ids)) {
    const rows = await source.getRows(ctx.db, portion);
    for (const row of rows) if (source.isPublic(row, now)) documents.push(source.toDocument(row));
  }
  const kept = new Set(documents.map(({ id }) => id));
  return { documents, gone: ids.filter((id) => !kept.has(id)) };
}
