import { audit } from '../../core/audit.ts';
import { chinaDate } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, type InputFault, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { emit } from '../../core/outbox.ts';
import { languageOf } from '../../core/text.ts';
import { type Db, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { getOrganizationRow, homeMarketOf, type OrganizationRow } from '../../organizations/service.ts';
import { checkTerms, termFaults } from '../../vocabularies/service.ts';
import { isEnteredByStaff, mayPost, mayPostFor, mayWrite } from '../policy.ts';
import { isOpen, recordTransitions, requireChangeable } from '../rules.ts';
import type { Columns, NewRecord, Parts, RecordInput, RecordKind, RecordRow, Show } from './kind.ts';
import type { Revisable } from './lifecycle.ts';

/** A record to be made, and whose it will be. */
export interface Draft<Input> {
  input: Input & { title: string };
  organization: OrganizationRow;
  /** A member's own is submitted at once, too. */
  isSubmitted?: boolean;
}

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
      const [id = ''] = await insertDrafts(tx, ctx, [{ input, organization }]);
      return await show(tx, ctx, found(await store.get(tx, id)));
    });
  }

  /**
   * In another verb's transaction: makes many records at once, each for its organization, which the actor belongs to or
   * keeps as staff of its home market. What staff enter has come to the market, and so is submitted; of one's own what says
   * so. What has faults is not made; the others are.
   * @returns for each draft, in their order, the id of its record or its faults
   * @throws AppError FORBIDDEN for an organization that the actor may not post for, INVALID_STATE for one under a restriction
   */
  async function createMany(
    tx: Tx,
    ctx: Ctx,
    drafts: readonly Draft<Input>[],
  ): Promise<({ id: string } | { faults: InputFault[] })[]> {
    for (const { organization } of drafts) mayPostFor(ctx.actor, organization, kind.postedBy);
    const submitters = drafts.filter((draft) => isToSubmit(ctx, draft));
    await refuseRestricted(tx, ctx, `${name}.submit`, [...new Set(submitters.map((one) => one.organization.id))]);
    const faults = await faultsOfMany(tx, ctx, drafts);
    const sound = drafts.filter((_, at) => faults[at]?.length === 0);
    const ids = (await insertDrafts(tx, ctx, sound)).values();
    return faults.map((found) => (found.length > 0 ? { faults: found } : { id: ids.next().value ?? '' }));
  }

  async function insertDrafts(tx: Tx, ctx: Ctx, drafts: readonly Draft<Input>[]): Promise<string[]> {
    if (drafts.length === 0) return [];
    const now = ctx.clock.now();
    const numbers = await store.nextNumbers(tx, drafts.length);
    const marketOf = new Map<string, string>();
    const records: NewRecord[] = [];
    for (const [at, draft] of drafts.entries()) {
      const { input, organization } = draft;
      const regionCode = input.regionCode ?? organization.regionCode;
      const homeMarketId = marketOf.get(regionCode) ?? (await homeMarketOf(tx, regionCode)).id;
      marketOf.set(regionCode, homeMarketId);
      const { open, inner, confidential, money } = rules.partsOf(input);
      const status = isToSubmit(ctx, draft) ? nextState(recordTransitions, 'submit', 'draft') : ('draft' as const);
      const facts = {
        language: languageOf(input.title),
        id: newId(),
        code: `${kind.codePrefix}${chinaDate(now).slice(0, 4)}-${regionCode}-${String(numbers[at]).padStart(6, '0')}`,
        status,
        organizationId: organization.id,
        homeMarketId,
        createdByUserId: ctx.actor.kind === 'user' ? ctx.actor.userId : '',
        regionCode,
        createdAt: now,
        updatedAt: now,
      };
      // Spread into one literal, so many columns leave several times the memory behind.
      const columns: Columns = Object.assign(facts, rules.draftDefaults, open, inner);
      records.push({ columns, confidential: { ...confidential, ...money } });
    }
    await store.insert(tx, records);
    const made = records.map(({ columns }) => ({
      id: String(columns.id),
      marketId: String(columns.homeMarketId),
      status: String(columns.status),
    }));
    await audit(
      tx,
      ctx,
      made.map(({ id, marketId, status }) => ({
        action: `${name}.create`,
        subjectType: name,
        subjectId: id,
        marketId,
        toStatus: status,
      })),
    );
    const submitted = made.filter(({ status }) => status === 'submitted');
    await emit(
      tx,
      ctx,
      submitted.map(({ id }) => ({ type: `${name}.submitted`, subjectType: name, subjectId: id }) as const),
    );
    return made.map(({ id }) => id);
  }

  function isToSubmit({ actor }: Ctx, { organization, isSubmitted = false }: Draft<Input>): boolean {
    return isSubmitted || isEnteredByStaff(actor, organization);
  }

  /** What is wrong, beyond their schema, with each of many records that `createMany` would make. */
  async function faultsOfMany(tx: Tx, ctx: Ctx, drafts: readonly Draft<Input>[]): Promise<InputFault[][]> {
    const terms = await termFaults(
      tx,
      drafts.map(({ input }) => rules.termsOf(input)),
    );
    const faults: InputFault[][] = [];
    for (const [at, draft] of drafts.entries()) {
      const { input } = draft;
      faults.push([
        ...rules.faultsOf(input),
        ...(await kind.referenceFaults(tx, input, undefined)),
        ...(terms[at] ?? []),
        ...(isToSubmit(ctx, draft) ? rules.missingIn(input) : []),
      ]);
    }
    return faults;
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

  return { create, createMany, faultsOfMany, update, sketch };
}
