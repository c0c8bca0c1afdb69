import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, invalidState } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { getOrganizationRow, homeMarketOf } from '../../organizations/service.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { CreateCampaign, UpdateCampaign } from '../inputs.ts';
import { mayCreate, mayGatherIn, mayRun } from '../policy.ts';
import { campaignTransitions, checkForm, defaultReminderDays, effectiveStatus } from '../rules.ts';
import {
  type CampaignRow,
  countEntries,
  insertCampaign,
  lockCampaign,
  type NewCampaign,
  updateCampaignRow,
} from '../store.ts';
import type { CampaignView } from '../views.ts';
import { viewCampaign } from './read.ts';

/** @throws AppError INVALID_INPUT for a form that cannot be filled in, FORBIDDEN outside the region of who runs it */
export async function createCampaign(ctx: Ctx, input: CreateCampaign): Promise<CampaignView> {
  return await transaction(ctx, async (tx) => {
    const organizationId = mayCreate(ctx.actor);
    const organization = found(await getOrganizationRow(tx, organizationId));
    mayGatherIn(organization.regionCode, input.regionCode);
    const now = ctx.clock.now();
    const columns = {
      technologyFields: [],
      activityTypes: [],
      requiredFields: [],
      questions: [],
      quotas: [],
      lists: [],
      reminderDays: defaultReminderDays,
      ...columnsOf(input),
    };
    const form = {
      ...columns,
      regionCode: input.regionCode,
      opensAt: columns.opensAt ?? null,
      deadline: new Date(input.deadline),
    };
    await checkCampaign(tx, form, now);
    const row = found(
      await insertCampaign(tx, {
        ...columns,
        title: input.title,
        text: input.text,
        regionCode: input.regionCode,
        deadline: form.deadline,
        id: newId(),
        status: 'draft',
        organizationId,
        marketId: (await homeMarketOf(tx, input.regionCode)).id,
        createdByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : '',
        createdAt: now,
        updatedAt: now,
      }),
    );
    await record(tx, ctx, 'create', null, row);
    return await viewCampaign(tx, row, now);
  });
}

/** What it asks for is written while it is a draft: who has answered is not asked again. */
export async function updateCampaign(
  ctx: Ctx,
  id: string,
  input: UpdateCampaign,
  expectedVersion: number | null,
): Promise<CampaignView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockCampaign(tx, id));
    mayRun(ctx.actor, row);
    checkVersion(row.version, expectedVersion);
    if (row.status !== 'draft') {
      throw invalidState(row.status, { zh: '征集发布后不能修改。', en: 'A campaign is changed while it is a draft.' });
    }
    const organization = found(await getOrganizationRow(tx, row.organizationId));
    const now = ctx.clock.now();
    const changes = columnsOf(input);
    const next = { ...row, ...changes };
    mayGatherIn(organization.regionCode, next.regionCode);
    await checkCampaign(tx, next, now);
    const marketId = (await homeMarketOf(tx, next.regionCode)).id;
    const updated = await updateCampaignRow(tx, row, { ...changes, marketId }, now);
    await record(tx, ctx, 'update', row, updated, { fields: Object.keys(input) });
    return await viewCampaign(tx, updated, now);
  });
}

/** Makes it public; demands are entered from `opensAt` on, which is now unless it lies ahead. */
export async function openCampaign(ctx: Ctx, id: string, expectedVersion: number | null): Promise<CampaignView> {
  return await step(ctx, id, 'open', expectedVersion, async (_, row, now) => {
    checkForm(row, now);
    return { opensAt: row.opensAt !== null && row.opensAt > now ? row.opensAt : now };
  });
}

/** Before its deadline; at the deadline it closes itself. The numbers stand from then on. */
export async function closeCampaign(ctx: Ctx, id: string, expectedVersion: number | null): Promise<CampaignView> {
  return await step(ctx, id, 'close', expectedVersion, async (tx, row, now) => ({
    closedAt: now,
    deadline: now,
    numbers: await countEntries(tx, { ...row, deadline: now }),
  }));
}

export async function cancelCampaign(
  ctx: Ctx,
  id: string,
  reason: string,
  expectedVersion: number | null,
): Promise<CampaignView> {
  return await step(ctx, id, 'cancel', expectedVersion, async () => ({ cancelReason: reason }), { reason });
}

/** The lists stand from then on, too. */
export async function reportCampaign(ctx: Ctx, id: string, expectedVersion: number | null): Promise<CampaignView> {
  return await step(ctx, id, 'report', expectedVersion, async () => ({}));
}

const stepMessages = {
  open: 'campaign.opened',
  close: 'campaign.closed',
  report: 'campaign.reported',
  cancel: 'campaign.cancelled',
} as const satisfies Record<keyof typeof campaignTransitions, MessageType>;

async function step(
  ctx: Ctx,
  id: string,
  name: keyof typeof campaignTransitions,
  expectedVersion: number | null,
  changes: (tx: Tx, row: CampaignRow, now: Date) => Promise<Partial<NewCampaign>>,
  details: Record<string, unknown> = {},
): Promise<CampaignView> {
  return await transaction(ctx, async (tx) => {
    const row = found(await lockCampaign(tx, id));
    mayRun(ctx.actor, row);
    checkVersion(row.version, expectedVersion);
    const now = ctx.clock.now();
    // Past its deadline it is closed, and waits for the sweep to count.
    const status = nextState(campaignTransitions, name, effectiveStatus(row, now));
    if (row.status === 'open' && row.deadline <= now) throw beingCounted();
    const updated = await updateCampaignRow(tx, row, { ...(await changes(tx, row, now)), status }, now);
    await record(tx, ctx, name, row, updated, details);
    await emit(tx, ctx, { type: stepMessages[name], subjectType: 'campaign', subjectId: id });
    return await viewCampaign(tx, updated, now);
  });
}

function beingCounted() {
  return invalidState('closed', {
    zh: '征集刚刚截止，正在统计，请稍后再试。',
    en: 'The campaign has just closed and is being counted; try again in a minute.',
  });
}

type Columns = Partial<Pick<NewCampaign, keyof UpdateCampaign>>;

function columnsOf({ opensAt, deadline, ...plain }: UpdateCampaign): Omit<Columns, 'opensAt' | 'deadline'> & {
  opensAt?: Date;
  deadline?: Date;
} {
  return {
    ...plain,
    ...(opensAt === undefined ? {} : { opensAt: new Date(opensAt) }),
    ...(deadline === undefined ? {} : { deadline: new Date(deadline) }),
  };
}

async function checkCampaign(
  tx: Tx,
  form: Parameters<typeof checkForm>[0] & { technologyFields: readonly string[] },
  now: Date,
): Promise<void> {
  checkForm(form, now);
  await checkTerms(tx, [
    { vocabulary: 'regions', code: form.regionCode, pointer: '/regionCode' },
    ...form.quotas.map((quota, at) => ({
      vocabulary: 'regions' as const,
      code: quota.regionCode,
      pointer: `/quotas/${at}/regionCode`,
    })),
    ...form.technologyFields.map((code, at) => ({
      vocabulary: 'technology-fields' as const,
      code,
      pointer: `/technologyFields/${at}`,
    })),
  ]);
}

async function record(
  tx: Tx,
  ctx: Ctx,
  action: string,
  before: CampaignRow | null,
  after: CampaignRow,
  details: Record<string, unknown> = {},
): Promise<void> {
  await audit(tx, ctx, {
    action: `campaign.${action}`,
    subjectType: 'campaign',
    subjectId: after.id,
    marketId: after.marketId,
    fromStatus: before?.status ?? null,
    toStatus: after.status,
    details,
  });
}
