import { loadActor } from '../../auth/service.ts';
import { requireGatheringCampaign } from '../../campaigns/service.ts';
import { belongsTo } from '../../core/actor.ts';
import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { listRestrictedOrganizationIds } from '../../credit/service.ts';
import { advanceJob, findOpenJob, queueJob, startJob } from '../../jobs/service.ts';
import { getOrganizationRows, type OrganizationRow } from '../../organizations/service.ts';
import { kindFor } from '../gathered.ts';
import type { CommitImport } from '../inputs.ts';
import type { ImportedKind } from '../kinds.ts';
import { mayImport, maySeeImport } from '../policy.ts';
import { problemsOf, type RowProblem } from '../read-row.ts';
import { importTransitions } from '../rules.ts';
import {
  type FileRow,
  findImportOfJob,
  type ImportRow,
  insertImportKeys,
  listFileRows,
  lockImport,
  settleFileRows,
  updateImportRow,
} from '../store.ts';
import { type ImportView, toImportView } from '../views.ts';
import { findKnownRecords } from './known.ts';

/** Records of one transaction. */
const rowsAtOnce = 200;

/**
 * Has records made of the rows that were found sound. While that goes on, and after it, asking again changes nothing.
 * @throws AppError INVALID_INPUT while rows have problems and are not to be skipped
 */
export async function commitImport(ctx: Ctx, input: CommitImport & { id: string }): Promise<ImportView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockImport(tx, input.id));
    maySeeImport(ctx.actor, row);
    const actor = mayImport(ctx.actor, row.kind);
    const isRunning = row.jobId !== null && (await findOpenJob({ db: tx }, row.jobId)) !== null;
    if (row.status === 'done' || isRunning) return toImportView(row);
    if (row.campaignId !== null) await requireGatheringCampaign(tx, ctx, row.campaignId);
    if (row.faulty > 0 && input.faultyRows !== 'skip') throw faultyRows(row.faulty);
    const now = ctx.clock.now();
    const status = nextState(importTransitions, 'commit', row.status);
    const { verify = false, activate = false } = input;
    if (row.ready === 0) {
      return toImportView(
        await updateImportRow(tx, row, { status: nextState(importTransitions, 'finish', status) }, now),
      );
    }
    const { row: job } = await queueJob(tx, ctx, {
      kind: 'import',
      marketId: row.marketId,
      total: row.ready,
      requestedByUserId: actor.userId,
    });
    const updated = await updateImportRow(tx, row, { status, verify, activate, jobId: job.id }, now);
    await audit(tx, ctx, {
      action: 'import.commit',
      subjectType: 'import',
      subjectId: row.id,
      marketId: row.marketId,
      fromStatus: row.status,
      toStatus: status,
      details: { ready: row.ready, faulty: row.faulty },
    });
    await emit(tx, ctx, { type: 'import.committed', subjectType: 'job', subjectId: job.id });
    return toImportView(updated);
  });
}

function faultyRows(count: number) {
  return invalidInput({
    pointer: '/faultyRows',
    code: 'faulty_rows',
    message: {
      zh: `有 ${count} 行存在问题；请改正后重新上传，或以 faultyRows: "skip" 只导入其余各行`,
      en: `${count} rows have problems; mend and send them again, or import the others with faultyRows: "skip"`,
    },
  });
}

/**
 * One batch of an import's rows, made with the rights that whoever asked for it has now. Records, keys, counts and the
 * claim of the delivery are one transaction: a kill at any moment makes nothing twice and leaves nothing out.
 */
export async function commitNextRows(ctx: Ctx, jobId: string): Promise<void> {
  const { deliveryId: _claimed, ...beforeClaim } = ctx;
  if ((await findOpenJob(ctx, jobId)) === null) return;
  await startJob(beforeClaim, jobId);
  const job = found(await findOpenJob(ctx, jobId));
  const { id, requestedByUserId } = found(await findImportOfJob(ctx.db, jobId));
  const acting = { ...ctx, actor: found(await loadActor(ctx.db, requestedByUserId)) };
  await transaction(acting, async (tx) => {
    const row = found(await lockImport(tx, id));
    mayImport(acting.actor, row.kind);
    const afterRow = (job.place as { afterRow: number } | null)?.afterRow ?? 0;
    const rows = await listFileRows(tx, { importId: id, status: 'ready', afterRow, limit: rowsAtOnce });
    const counts = await makeRecords(tx, acting, row, rows);
    const last = rows.length === rowsAtOnce ? rows.at(-1) : undefined;
    const next = last === undefined ? null : { afterRow: last.rowNumber };
    await advanceJob(tx, acting, { from: job, done: rows.length, counts, next });
    const isLast = next === null;
    const now = ctx.clock.now();
    await updateImportRow(
      tx,
      row,
      {
        created: row.created + counts.created,
        existing: row.existing + counts.existing,
        faulty: row.faulty + counts.faulty,
        ready: row.ready - rows.length,
        ...(isLast ? { status: nextState(importTransitions, 'finish', row.status) } : {}),
      },
      now,
    );
    await emit(tx, acting, {
      type: isLast ? 'import.finished' : 'import.continued',
      subjectType: 'job',
      subjectId: jobId,
    });
  });
}

type Settled = Parameters<typeof settleFileRows>[2][number];

async function makeRecords(tx: Tx, ctx: Ctx, row: ImportRow, rows: readonly FileRow[]) {
  const kind = await kindFor(tx, row);
  const ownerIds = [...new Set(rows.flatMap(({ ownerId }) => ownerId ?? []))];
  const owners = new Map((await getOrganizationRows(tx, ownerIds)).map((owner) => [owner.id, owner]));
  const restricted = await listRestrictedOrganizationIds(tx, ownerIds, ctx.clock.now());
  const ownerOf = ({ ownerId }: FileRow) => (ownerId === null ? null : (owners.get(ownerId) ?? null));
  const keyed = rows.map((one) => ({ organizationId: one.ownerId ?? row.organizationId, rowKey: one.rowKey }));
  const before = await findKnownRecords(tx, row.kind, keyed);
  const settled: Settled[] = [];
  const fresh: FileRow[] = [];
  for (const one of rows) {
    const recordId = before.get(`${one.ownerId ?? row.organizationId}/${one.rowKey}`);
    const owner = ownerOf(one);
    if (recordId !== undefined) settled.push({ ...one, status: 'existing', recordId });
    else if (owner !== null && !mayStillPost(ctx, owner, row, restricted))
      settled.push({ ...one, status: 'faulty', problems: [standing] });
    else fresh.push(one);
  }
  const made = await kind.make(
    tx,
    ctx,
    fresh.map((one) => ({ input: one.input, owner: ownerOf(one) })),
    row,
  );
  const now = ctx.clock.now();
  const keys: Parameters<typeof insertImportKeys>[1][number][] = [];
  for (const [at, one] of fresh.entries()) {
    const outcome = found(made[at]);
    if ('faults' in outcome) {
      settled.push({ ...one, status: 'faulty', problems: toProblems(kind, row, outcome.faults) });
      continue;
    }
    settled.push({ ...one, status: 'created', recordId: outcome.id });
    const organizationId = one.ownerId ?? row.organizationId;
    keys.push({ kind: row.kind, organizationId, rowKey: one.rowKey, recordId: outcome.id, createdAt: now });
  }
  await insertImportKeys(tx, keys);
  await settleFileRows(tx, row.id, settled);
  const count = (status: FileRow['status']) => settled.filter((one) => one.status === status).length;
  return { created: count('created'), existing: count('existing'), faulty: count('faulty') };
}

/** Whose file was checked may be suspended by now, or under a restriction; drafts of one's own are free, and what is for a campaign is none. */
function mayStillPost(
  { actor }: Ctx,
  owner: OrganizationRow,
  { campaignId }: ImportRow,
  restricted: ReadonlySet<string>,
): boolean {
  return !restricted.has(owner.id) || (campaignId === null && belongsTo(actor, owner.id));
}

const standing: RowProblem = {
  column: null,
  header: '',
  code: 'restricted',
  message: { zh: '机构目前不能提交', en: 'the organization may not submit at present' },
};

function toProblems({ columns }: ImportedKind, row: ImportRow, faults: Parameters<typeof problemsOf>[0]): RowProblem[] {
  const inFile = row.columns.map(({ at, header, name }) => ({
    at,
    header,
    column: columns.find((column) => column.name === name) ?? null,
    unitCny: null,
  }));
  return problemsOf(faults, [], inFile, columns, (column) => column.name);
}
