import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import type { UpdateDemand } from '../../demands/inputs.ts';
import { checkRewriting, requireDiagnosable, rewriteDemand } from '../../demands/service.ts';
import type { ProposeVersion, Rewriting } from '../inputs.ts';
import { mayAnswer, mayProposeConfidential, mayWork } from '../policy.ts';
import {
  type ConfidentialChange,
  contentOf,
  diagnosisTransitions,
  differenceOf,
  foldConfidential,
  type Need,
  requireProposed,
} from '../rules.ts';
import {
  insertVersion,
  listConfidential,
  listVersions,
  updateDiagnosisRow,
  updateVersion,
  type VersionRow,
} from '../store.ts';
import type { DiagnosisView } from '../views.ts';
import { type DiagnosisStepInput, lockFor, personOf, record } from './lead.ts';
import { qualityOf } from './quality.ts';
import { viewDiagnosis } from './read.ts';

/**
 * Proposes a rewriting, over the last version that was not refused; one that still waits is replaced.
 * @throws AppError INVALID_INPUT for words that a demand could not be submitted with, and for none that differ
 */
export async function proposeVersion(
  ctx: Ctx,
  step: DiagnosisStepInput,
  { content: input, note }: ProposeVersion,
): Promise<DiagnosisView> {
  return await transaction(ctx, async (tx) => {
    const now = ctx.clock.now();
    const { row, demand, allowed: authorAs } = await lockFor(tx, ctx, step, mayWork);
    const { decisionOwner, budget, ...open } = input;
    if (decisionOwner !== undefined || budget !== undefined) mayProposeConfidential(authorAs);
    const status = nextState(diagnosisTransitions, 'propose', row.status);
    requireDiagnosable(demand.status);
    const versions = await listVersions(tx, row.id);
    const base = found(versions.findLast((version) => version.status !== 'refused'));
    const content = contentOf({ ...base.content, ...columnsOf(open) });
    const confidential = confidentialOf(input);
    if (confidential === null && differenceOf(base.content, content).length === 0) throw unchanged();
    await checkRewriting(tx, demand, { ...content, ...input } as UpdateDemand, '/content');
    for (const version of versions)
      if (version.status === 'proposed') await updateVersion(tx, version.id, { status: 'superseded' });
    const { score, model, parts } = qualityOf({ ...content, ...confidentialNeed(base, confidential) });
    const version = {
      id: newId(),
      diagnosisId: row.id,
      number: (versions.at(-1)?.number ?? 0) + 1,
      status: 'proposed' as const,
      content,
      score,
      scoreModel: model,
      scoreParts: parts,
      note: note ?? null,
      authorUserId: personOf(ctx),
      authorAs,
      createdAt: now,
    };
    await insertVersion(tx, version, confidential);
    const updated = await updateDiagnosisRow(tx, row, { status }, now);
    const details = { number: version.number, fields: Object.keys(input), score };
    const message = 'diagnosis.version_proposed';
    await record(tx, ctx, { action: 'propose', marketId: demand.homeMarketId, message, details }, row, updated);
    return await viewDiagnosis(tx, updated);
  });
}

/** The columns that the public fields of a rewriting become. */
function columnsOf(open: Omit<Rewriting, 'decisionOwner' | 'budget'>): Partial<VersionRow['content']> {
  const { indicators, ...plain } = open;
  if (indicators === undefined) return plain as Partial<VersionRow['content']>;
  const whole = indicators.map(({ unit = '', mustHave = false, ...indicator }) => ({ ...indicator, unit, mustHave }));
  return { ...plain, indicators: whole } as Partial<VersionRow['content']>;
}

function confidentialOf({ decisionOwner, budget }: Rewriting): ConfidentialChange | null {
  if (decisionOwner === undefined && budget === undefined) return null;
  const { minCny = null, maxCny = null, negotiable = true } = budget ?? {};
  return { decisionOwner: decisionOwner ?? null, budget: budget === undefined ? null : { minCny, maxCny, negotiable } };
}

/** The expert may not read who decides and the budget, but whether they are said counts: that the former score tells. */
function confidentialNeed(base: VersionRow, change: ConfidentialChange | null): Need {
  const wasSaid = (part: string) => base.scoreParts.some((one) => one.part === part && one.points > 0);
  return {
    decisionOwner: change?.decisionOwner ?? (wasSaid('decisionOwner') ? 'said before' : null),
    budget: change?.budget ?? (wasSaid('budget') ? { minCny: 0 } : null),
  };
}

function unchanged() {
  return invalidInput({
    pointer: '/content',
    code: 'unchanged',
    message: { zh: '与上一版本没有不同', en: 'does not differ from the last version' },
  });
}

interface AnswerInput extends DiagnosisStepInput {
  number: number;
}

/** The enterprise makes a proposed version the words of its demand. A published demand is matched anew at once. */
export async function signVersion(ctx: Ctx, input: AnswerInput): Promise<DiagnosisView> {
  return await transaction(ctx, async (tx) => {
    const { row, demand } = await lockFor(tx, ctx, input, mayAnswer);
    const versions = await listVersions(tx, row.id);
    const version = found(versions.find((one) => one.number === input.number));
    requireProposed(version.status);
    const status = nextState(diagnosisTransitions, 'sign', row.status);
    await rewriteDemand(tx, ctx, row.demandId, {
      ...(version.content as UpdateDemand),
      ...(await confidentialUpTo(tx, versions, version.number)),
    });
    await answer(tx, ctx, version, 'signed', null);
    const updated = await updateDiagnosisRow(tx, row, { status }, ctx.clock.now());
    const details = { number: version.number, score: version.score };
    const message = 'diagnosis.version_signed';
    await record(tx, ctx, { action: 'sign', marketId: demand.homeMarketId, message, details }, row, updated);
    return await viewDiagnosis(tx, updated);
  });
}

/** What the versions since the last signed one say of the confidential fields, those that were refused aside. */
async function confidentialUpTo(
  tx: Tx,
  versions: readonly VersionRow[],
  number: number,
): Promise<Pick<UpdateDemand, 'decisionOwner' | 'budget'>> {
  const signed = versions.findLast((version) => version.status === 'signed')?.number ?? 0;
  const counted = versions.filter((one) => one.number > signed && one.number <= number && one.status !== 'refused');
  const changes = await listConfidential(
    tx,
    counted.map((version) => version.id),
  );
  const { decisionOwner, budget } = foldConfidential(counted.flatMap((version) => changes.get(version.id) ?? []));
  return {
    ...(decisionOwner === null ? {} : { decisionOwner }),
    ...(budget === null ? {} : { budget }),
  };
}

/** The enterprise gives a proposed version back, with the reason. */
export async function refuseVersion(ctx: Ctx, input: AnswerInput & { reason: string }): Promise<DiagnosisView> {
  return await transaction(ctx, async (tx) => {
    const { row, demand } = await lockFor(tx, ctx, input, mayAnswer);
    const version = found((await listVersions(tx, row.id)).find((one) => one.number === input.number));
    requireProposed(version.status);
    const status = nextState(diagnosisTransitions, 'refuse', row.status);
    await answer(tx, ctx, version, 'refused', input.reason);
    const updated = await updateDiagnosisRow(tx, row, { status }, ctx.clock.now());
    const message = 'diagnosis.version_refused';
    const details = { number: version.number };
    await record(tx, ctx, { action: 'refuse', marketId: demand.homeMarketId, message, details }, row, updated);
    return await viewDiagnosis(tx, updated);
  });
}

async function answer(
  tx: Tx,
  ctx: Ctx,
  version: VersionRow,
  status: 'signed' | 'refused',
  refusalReason: string | null,
): Promise<void> {
  const answeredAt = ctx.clock.now();
  await updateVersion(tx, version.id, { status, refusalReason, answeredByUserId: personOf(ctx), answeredAt });
}
