import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput } from '../../core/errors.ts';
import { emit } from '../../core/outbox.ts';
import type { Tx } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { isOpen, recordTransitions } from '../../records/service.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { UpdateDemand } from '../inputs.ts';
import { demandFaults, missingForSubmission, partsOf, requireDiagnosable, termsOf } from '../rules.ts';
import { type DemandRow, lockDemand, updateDemandConfidential, updateDemandRow } from '../store.ts';

/**
 * In another verb's transaction: a demand that was submitted waits for its diagnosis; one that is published stays so.
 * @throws AppError INVALID_STATE for a demand that nobody can rewrite any more
 */
export async function startDemandDiagnosis(tx: Tx, ctx: Ctx, row: DemandRow): Promise<void> {
  requireDiagnosable(row.status);
  if (row.status !== 'submitted') return;
  const status = nextState(recordTransitions, 'diagnose', row.status);
  const updated = await updateDemandRow(tx, row, { status }, ctx.clock.now());
  await record(tx, ctx, 'diagnose', row, updated);
}

/** In another verb's transaction: the demand goes back to the broker, who publishes, returns or rejects it. */
export async function endDemandDiagnosis(tx: Tx, ctx: Ctx, id: string): Promise<void> {
  const row = found(await lockDemand(tx, id));
  if (row.status !== 'in_diagnosis') return;
  const status = nextState(recordTransitions, 'conclude', row.status);
  const updated = await updateDemandRow(tx, row, { status }, ctx.clock.now());
  await record(tx, ctx, 'conclude', row, updated);
}

/**
 * @param under the pointer of the rewriting in what was sent
 * @throws AppError INVALID_INPUT for words that a demand could not be submitted with
 */
export async function checkRewriting(tx: Tx, row: DemandRow, input: UpdateDemand, under = ''): Promise<void> {
  const placed = <Part extends { pointer: string }>(part: Part) => ({ ...part, pointer: `${under}${part.pointer}` });
  await checkTerms(tx, termsOf(input).map(placed), demandFaults(input).map(placed));
  const faults = missingForSubmission({ ...row, ...partsOf(input).open } as DemandRow);
  if (faults.length > 0) throw invalidInput(...faults.map(placed));
}

/**
 * In another verb's transaction: the owner has signed a rewriting. It holds at once, also for a demand that is published:
 * staff of the market had a hand in it already. Such a demand is matched anew.
 */
export async function rewriteDemand(tx: Tx, ctx: Ctx, id: string, input: UpdateDemand): Promise<void> {
  const row = found(await lockDemand(tx, id));
  requireDiagnosable(row.status);
  await checkRewriting(tx, row, input);
  const { open, confidential, money } = partsOf(input);
  await updateDemandConfidential(tx, id, { ...confidential, ...money });
  const counted = isOpen(row.status) ? { contentVersion: row.contentVersion + 1 } : {};
  const updated = await updateDemandRow(tx, row, { ...open, ...counted }, ctx.clock.now());
  await record(tx, ctx, 'rewrite', row, updated, { fields: Object.keys(input) });
  if (isOpen(row.status)) await emit(tx, ctx, { type: 'demand.changed', subjectType: 'demand', subjectId: id });
}

async function record(
  tx: Tx,
  ctx: Ctx,
  step: string,
  before: DemandRow,
  after: DemandRow,
  details: Record<string, unknown> = {},
): Promise<void> {
  await audit(tx, ctx, {
    action: `demand.${step}`,
    subjectType: 'demand',
    subjectId: before.id,
    marketId: before.homeMarketId,
    fromStatus: before.status,
    toStatus: after.status,
    details,
  });
}
