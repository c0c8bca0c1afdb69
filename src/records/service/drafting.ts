import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { languageOf } from '../../core/text.ts';
import { type Db, type Tx, transaction } from '../../core/transaction.ts';
import { checkVersion } from '../../core/versions.ts';
import { getOrganizationRow, homeMarketOf } from '../../organizations/service.ts';
import { checkTerms } from '../../vocabularies/service.ts';
import { mayPost, mayWrite } from '../policy.ts';
import { isOpen, requireChangeable } from '../rules.ts';
import type { Columns, Parts, RecordInput, RecordKind, RecordRow, Show } from './kind.ts';
import type { Revisable } from './lifecycle.ts';

/** The verbs that write the content of a record, for one kind. */
export function recordDrafting<
  Row extends RecordRow,
  Confidential extends Revisable,
  Input extends RecordInput,
  PublicView,
  View,
>(kind: RecordKind<Row, Confidential, Input, PublicView, View>, show: Show<Row, View>) {
  const { name, store, rules } = kind;

  /** Drafts a record for the actor's organization. Nothing of it is seen by others before it is submitted. */
  async function create(ctx: Ctx, input: Input & { title: string }): Promise<View> {
    return await transaction(ctx, async (tx) => {
      const organizationId = mayPost(ctx.actor, kind.postedBy);
      await checkInput(tx, input, undefined);
      const organization = found(await getOrganizationRow(tx, organizationId));
      const regionCode = input.regionCode ?? organization.regionCode;
      const market = await homeMarketOf(tx, regionCode);
      const now = ctx.clock.now();
      const number = String(await store.nextNumber(tx)).padStart(6, '0');
      const { open, inner, confidential, money } = rules.partsOf(input);
      const id = newId();
      const columns = {
        ...rules.draftDefaults,
        language: languageOf(input.title),
        ...open,
        ...inner,
        id,
        code: `${kind.codePrefix}${chinaDate(now).slice(0, 4)}-${regionCode}-${number}`,
        status: 'draft',
        organizationId,
        homeMarketId: market.id,
        createdByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : '',
        regionCode,
        createdAt: now,
        updatedAt: now,
      };
      await store.insert(tx, columns, { ...confidential, ...money });
      await audit(tx, ctx, {
        action: `${name}.create`,
        subjectType: name,
        subjectId: id,
        marketId: market.id,
        toStatus: 'draft',
      });
      return await show(tx, ctx, found(await store.get(tx, id)));
    });
  }

  /**
   * Changes a draft at once. Of a published record, what the public does not see changes at once; what it does see
   * becomes a revision that the broker publishes, while the old version stays visible.
   */
  async function update(ctx: Ctx, id: string, input: Input, expectedVersion: number | null): Promise<View> {
    return await transaction(ctx, async (tx) => {
      const now = ctx.clock.now();
      const row = found(await store.lock(tx, id));
      mayWrite(ctx.actor, row, now);
      checkVersion(row.version, expectedVersion);
      await checkInput(tx, input, await store.getConfidential(tx, id));
      const parts = rules.partsOf(input);
      const changes = await openChanges(tx, row, parts);
      await store.updateConfidential(tx, id, await confidentialChanges(tx, row, parts));
      const updated = await store.update(tx, row, { ...parts.inner, ...changes }, now);
      await audit(tx, ctx, {
        action: `${name}.update`,
        subjectType: name,
        subjectId: id,
        marketId: updated.homeMarketId,
        fromStatus: row.status,
        toStatus: updated.status,
        details: { fields: Object.keys(input), revision: 'revision' in changes },
      });
      if (isOpen(row.status) && kind.matchedOn.some((column) => column in parts.confidential))
        await emit(tx, ctx, { type: `${name}.changed`, subjectType: name, subjectId: id });
      return await show(tx, ctx, updated);
    });
  }

  async function checkInput(tx: Tx, input: Input, confidential: Confidential | undefined): Promise<void> {
    const faults = [...rules.faultsOf(input), ...(await kind.referenceFaults(tx, input, confidential))];
    await checkTerms(tx, rules.termsOf(input), faults);
  }

  async function openChanges(tx: Tx, row: Row, { open }: Parts): Promise<Columns> {
    requireChangeable(row.status);
    if (!isOpen(row.status)) {
      const home = open.regionCode === undefined ? {} : { homeMarketId: (await homeMarketOf(tx, open.regionCode)).id };
      return { ...open, ...home };
    }
    if (Object.keys(open).length === 0) return {};
    // What a record needed to be submitted it needs while it is published.
    const faults = rules.missing({ ...row, ...row.revision, ...open });
    if (faults.length > 0) throw invalidInput(...faults);
    return { revision: { ...row.revision, ...open } };
  }

  async function confidentialChanges(tx: Tx, row: Row, { confidential, money }: Parts): Promise<Columns> {
    if (!isOpen(row.status)) return { ...confidential, ...money };
    if (Object.keys(money).length === 0) return confidential;
    const waiting = (await store.getConfidential(tx, row.id))?.revision;
    return { ...confidential, revision: { ...waiting, ...money } };
  }

  /**
   * The public columns that a text would have as a record; nothing is stored, and what the text leaves out is left out.
   * @throws AppError INVALID_INPUT as `create`
   */
  async function sketch(db: Db, input: Input): Promise<Columns> {
    await checkTerms(db, rules.termsOf(input), rules.faultsOf(input));
    return { ...rules.draftDefaults, ...rules.partsOf(input).open };
  }

  return { create, update, sketch };
}
