import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, type InputFault } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { transaction } from '../../core/transaction.ts';
import { lockOrganizationRow } from '../../organizations/service.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import type { ImposeRestriction } from '../inputs.ts';
import { mayImpose, mayImposeAtAll } from '../policy.ts';
import { termFaults, termOf } from '../rules.ts';
import { insertRestriction } from '../store.ts';
import type { RestrictionView } from '../views.ts';
import { readerOf, viewRestriction } from './read.ts';

/**
 * Restricts an enterprise or a university for a term, at once: whoever asks from the commit on finds it in force.
 * @throws AppError INVALID_INPUT for a term that has not begun or is over, an unknown kind, or a market or bureau
 */
export async function imposeRestriction(ctx: Ctx, input: ImposeRestriction): Promise<RestrictionView> {
  return await transaction(ctx, async (tx) => {
    const reader = await readerOf(tx, ctx);
    mayImposeAtAll(reader);
    // Locked, so that a run that is keeping its matches ends before this begins.
    const organization = found(await lockOrganizationRow(tx, input.organizationId));
    mayImpose(reader, organization);
    const now = ctx.clock.now();
    const term = { fromOn: input.fromOn ?? chinaDate(now), untilOn: input.untilOn };
    const faults = [...kindFaults(organization.kind), ...termFaults(term, now)];
    await checkTerms(tx, [{ vocabulary: 'restriction-kinds', code: input.kind, pointer: '/kind' }], faults);
    if (ctx.actor.kind !== 'user') throw new Error('only a person imposes');
    const row = found(
      await insertRestriction(
        tx,
        {
          id: newId(),
          organizationId: organization.id,
          kind: input.kind,
          legalBasis: input.legalBasis,
          ...termOf(term.fromOn, term.untilOn),
          status: 'in_force',
          appeal: 'none',
          imposedByUserId: ctx.actor.userId,
          imposedByOrganizationId: reader.bureauRegionCode === null ? null : ctx.actor.organizationId,
          createdAt: now,
          updatedAt: now,
        },
        { evidence: input.evidence, evidenceReferences: (input.evidenceReferences ?? []).map(toReference) },
      ),
    );
    await audit(tx, ctx, {
      action: 'restriction.impose',
      subjectType: 'restriction',
      subjectId: row.id,
      marketId: organization.homeMarketId,
      toStatus: 'in_force',
      details: { organizationId: organization.id, kind: row.kind, ...term },
    });
    await emit(tx, ctx, { type: 'restriction.imposed', subjectType: 'restriction', subjectId: row.id });
    return await viewRestriction(tx, ctx, row);
  });
}

function toReference({ title, url }: { title: string; url?: string }): { title: string; url?: string } {
  return url === undefined ? { title } : { title, url };
}

function kindFaults(kind: string): InputFault[] {
  if (kind === 'enterprise' || kind === 'university') return [];
  const message = { zh: '只能限制企业或高校院所', en: 'must be an enterprise or a university' };
  return [{ pointer: '/organizationId', code: 'organization', message }];
}
