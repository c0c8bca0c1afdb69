import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, type InputFault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { languageOf } from '../../core/text.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import type { CreateExpert } from '../inputs.ts';
import { mayRegister, mayRegisterFor } from '../policy.ts';
import { type ExpertStatus, expertTransitions } from '../rules.ts';
import { getExpertRows, insertExperts } from '../store.ts';
import type { ExpertView } from '../views.ts';
import { checkProfile, profileFaultsOf } from './faults.ts';
import { viewOwn } from './profiles.ts';

/**
 * Enters a person of the actor's university, as a draft.
 * @throws AppError INVALID_INPUT also for results that are not published ones of the university, or a userId that is no member
 */
export async function createExpert(ctx: Ctx, input: CreateExpert): Promise<ExpertView> {
  return await transaction(ctx, async (tx) => {
    const organizationId = mayRegister(ctx.actor);
    await checkProfile(tx, ctx, organizationId, input);
    const ids = await insertProfiles(tx, ctx, organizationId, [{ input }]);
    return await viewOwn(tx, ctx, found((await getExpertRows(tx, ids))[0]));
  });
}

/** A profile to be made, and whose it will be. */
export interface ExpertDraft {
  input: CreateExpert;
  organization: { id: string };
  /** Active at once, as its keeper would make it. */
  isActivated?: boolean;
}

/**
 * In another verb's transaction: enters many people of the actor's university. What has faults is not made; the others are.
 * @returns for each draft, in their order, the id of its profile or its faults
 * @throws AppError FORBIDDEN for another university
 */
export async function createExperts(
  tx: Tx,
  ctx: Ctx,
  drafts: readonly ExpertDraft[],
): Promise<({ id: string } | { faults: InputFault[] })[]> {
  const faults = await expertFaultsOf(tx, ctx, drafts);
  const sound = drafts.filter((_, at) => faults[at]?.length === 0);
  const ids = (await insertProfiles(tx, ctx, mayRegister(ctx.actor), sound)).values();
  return faults.map((found) => (found.length > 0 ? { faults: found } : { id: ids.next().value ?? '' }));
}

/**
 * What is wrong, beyond their schema, with each of many profiles that `createExperts` would make.
 * @throws AppError FORBIDDEN for another university
 */
export async function expertFaultsOf(tx: Tx, ctx: Ctx, drafts: readonly ExpertDraft[]): Promise<InputFault[][]> {
  for (const { organization } of drafts) mayRegisterFor(ctx.actor, organization.id);
  const inputs = drafts.map(({ input }) => input);
  return await profileFaultsOf(tx, ctx, mayRegister(ctx.actor), inputs);
}

async function insertProfiles(
  tx: Tx,
  ctx: Ctx,
  organizationId: string,
  drafts: readonly Omit<ExpertDraft, 'organization'>[],
): Promise<string[]> {
  if (ctx.actor.kind !== 'user') throw new Error('only a person registers');
  const now = ctx.clock.now();
  const common = {
    organizationId,
    createdByUserId: ctx.actor.userId,
    createdAt: now,
    updatedAt: now,
  } as const;
  const made = drafts.map(({ input: { contact = {}, resultIds = [], ...profile }, isActivated = false }) => {
    const language = languageOf(`${profile.headline} ${profile.summary}`);
    const status: ExpertStatus = isActivated ? nextState(expertTransitions, 'activate', 'draft') : 'draft';
    return { row: { servedRegions: [], ...profile, ...common, id: newId(), status, language }, contact, resultIds };
  });
  await insertExperts(tx, made);
  const ids = made.map(({ row }) => row.id);
  // Of one university, and so of one market.
  const marketId = (await getExpertRows(tx, ids.slice(0, 1)))[0]?.homeMarketId ?? null;
  await audit(
    tx,
    ctx,
    made.flatMap(({ row: { id, status } }) => {
      const about = { subjectType: 'expert', subjectId: id, marketId, details: {} } as const;
      const created = { ...about, action: 'expert.create', toStatus: 'draft' };
      return status === 'draft'
        ? [created]
        : [created, { ...about, action: 'expert.activate', fromStatus: 'draft', toStatus: status }];
    }),
  );
  return ids;
}
