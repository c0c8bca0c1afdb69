import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { transaction } from '../../core/transaction.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { AddTier } from '../inputs.ts';
import { mayVerify } from '../policy.ts';
import { insertTier, lockOrganization, revokeTierRow } from '../store.ts';
import { type TierView, toTierView } from '../views.ts';

/** Records a dated certificate (高新技术企业, 专精特新 …) that the home market has seen. */
export async function addTier(ctx: Ctx, organizationId: string, input: AddTier): Promise<TierView> {
  return await transaction(ctx, async (tx) => {
    const organization = found(await lockOrganization(tx, organizationId));
    mayVerify(ctx.actor, organization);
    await checkTerms(tx, [{ vocabulary: 'organization-tiers', code: input.tier, pointer: '/tier' }]);
    if (input.expiresOn !== undefined && input.expiresOn < input.issuedOn) {
      throw invalidInput({
        pointer: '/expiresOn',
        code: 'order',
        message: { zh: '失效日期早于发证日期', en: 'expires before it was issued' },
      });
    }
    const tier = found(await insertTier(tx, { id: newId(), organizationId, ...input, createdAt: ctx.clock.now() }));
    await audit(tx, ctx, {
      action: 'organization.add_tier',
      subjectType: 'organization',
      subjectId: organizationId,
      marketId: organization.homeMarketId,
      details: { tier: input.tier, level: input.level },
    });
    return toTierView(tier);
  });
}

export async function revokeTier(ctx: Ctx, organizationId: string, tierId: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    const organization = found(await lockOrganization(tx, organizationId));
    mayVerify(ctx.actor, organization);
    const tier = found(await revokeTierRow(tx, organizationId, tierId, ctx.clock.now()));
    await audit(tx, ctx, {
      action: 'organization.revoke_tier',
      subjectType: 'organization',
      subjectId: organizationId,
      marketId: organization.homeMarketId,
      details: { tier: tier.tier },
    });
    return null;
  });
}
