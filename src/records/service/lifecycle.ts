import { audit, listHistory } from '../../core/audit.ts';
import { plusDays } from '../../core/clock.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput, invalidState, notFound } from '../../core/errors.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { readTransaction, type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { refuseRestricted } from '../../credit/service.ts';
import { homeMarketOf } from '../../organizations/service.ts';
import { brokers, mayBroker, mayClose, maySubmit, mayWrite, owns } from '../policy.ts';
import { expiryNoticeDays, futureInstant, isOpen, type RecordStep, recordTransitions, validityAt } from '../rules.ts';
import { type HistoryEntry, toHistoryEntry } from '../views.ts';
import type { Columns, RecordKind, RecordRow, Show } from './kind.ts';

/** A confidential row with the amounts that wait for the broker. */
export interface Revisable {
  revision: Columns | null;
}

const dueAtOnce = 500;

interface StepInput {
  id: string;
  expectedVersion: number | null;
}

/** The verbs that a record's owner, its broker and the clock have, for one kind of record. */
export function recordLifecycle<Row extends RecordRow, Confidential extends Revisable, Input, PublicView, View>(
  kind: RecordKind<Row, Confidential, Input, PublicView, View>,
  show: Show<Row, View>,
) {
  const { store, rules } = kind;
  const type = (fact: string) => `${kind.name}.${fact}` as MessageType;

  async function record(
    tx: Tx,
    ctx: Ctx,
    step: string,
    before: Row,
    after: Row,
    details: Record<string, unknown> = {},
  ): Promise<void> {
    await audit(tx, ctx, {
      action: `${kind.name}.${step}`,
      subjectType: kind.name,
      subjectId: before.id,
      marketId: before.homeMarketId,
      fromStatus: before.status,
      toStatus: after.status,
      details,
    });
  }

  async function changeStatus(
    ctx: Ctx,
    input: StepInput,
    step: RecordStep,
    policy: (actor: Ctx['actor'], row: Row, now: Date) => void,
    changes: (row: Row, now: Date) => Columns,
    fact: string,
    details: Record<string, unknown> = {},
  ): Promise<View> {
    return await transaction(ctx, async (tx) => {
      const now = ctx.clock.now();
      const row = found(await store.lock(tx, input.id));
      policy(ctx.actor, row, now);
      if (step === 'submit') await refuseRestricted(tx, ctx, `${kind.name}.submit`, [row.organizationId]);
      checkVersion(row.version, input.expectedVersion);
      const status = nextState(recordTransitions, step, row.status);
      const updated = await store.update(tx, row, { ...changes(row, now), status }, now);
      await record(tx, ctx, step, row, updated, details);
      await emit(tx, ctx, { type: type(fact), subjectType: kind.name, subjectId: row.id });
      return await show(tx, ctx, updated);
    });
  }

  /** @throws AppError INVALID_INPUT with a fault for each field that a submitted record must have */
  async function submit(ctx: Ctx, input: StepInput): Promise<View> {
    const check = (actor: Ctx['actor'], row: Row, now: Date) => {
      maySubmit(actor, row, now);
      nextState(recordTransitions, 'submit', row.status);
      const faults = rules.missing(row);
      if (faults.length > 0) throw invalidInput(...faults);
    };
    return await changeStatus(ctx, input, 'submit', check, () => ({ returnReason: null }), 'submitted');
  }

  /** A revised record goes on expiring, and belongs to the market of the region that it names now. */
  async function revisedColumns(tx: Tx, row: Row, now: Date): Promise<Columns> {
    const columns = rules.revisedColumns(row.revision ?? {});
    const { validUntil, regionCode } = columns;
    return {
      ...columns,
      ...(validUntil === undefined
        ? {}
        : { validUntil: validityAt(now, validUntil as Date | null), expiryNoticeAt: null }),
      ...(typeof regionCode === 'string' ? { homeMarketId: (await homeMarketOf(tx, regionCode)).id } : {}),
    };
  }

  /** The exact amounts that a revision brings along wait under row-level security. */
  async function settleMoney(tx: Tx, row: Row, end: 'apply' | 'drop'): Promise<void> {
    const money = (await store.getConfidential(tx, row.id))?.revision ?? null;
    if (money === null) return;
    await store.updateConfidential(tx, row.id, { ...(end === 'apply' ? money : {}), revision: null });
  }

  /** Publishes a submitted record, or the change that an owner proposed to a published one. */
  async function publish(ctx: Ctx, input: StepInput): Promise<View> {
    return await transaction(ctx, async (tx) => {
      const now = ctx.clock.now();
      const row = found(await store.lock(tx, input.id));
      mayBroker(ctx.actor, row, now);
      checkVersion(row.version, input.expectedVersion);
      const revising = isOpen(row.status) && row.revision !== null;
      const status = revising ? row.status : nextState(recordTransitions, 'publish', row.status);
      if (!row.ownerVerified) {
        throw invalidState('suspended', {
          zh: '发布方已被暂停，不能发布。',
          en: 'The owner is suspended; nothing of it can be published.',
        });
      }
      if (!revising) await refuseRestricted(tx, ctx, `${kind.name}.publish`, [row.organizationId]);
      const changes: Columns = revising
        ? { ...(await revisedColumns(tx, row, now)), revision: null, returnReason: null }
        : {
            status,
            publishedAt: now,
            validUntil: validityAt(now, row.validUntil),
            expiryNoticeAt: null,
            returnReason: null,
          };
      if (revising) await settleMoney(tx, row, 'apply');
      const updated = await store.update(tx, row, { ...changes, contentVersion: row.contentVersion + 1 }, now);
      await record(tx, ctx, revising ? 'publish_revision' : 'publish', row, updated);
      await emit(tx, ctx, {
        type: type(revising ? 'changed' : 'published'),
        subjectType: kind.name,
        subjectId: row.id,
      });
      return await show(tx, ctx, updated);
    });
  }

  /** Gives a submitted record back to rework, or drops a proposed change, with the reason. */
  async function giveBack(ctx: Ctx, input: StepInput & { reason: string }): Promise<View> {
    return await transaction(ctx, async (tx) => {
      const now = ctx.clock.now();
      const row = found(await store.lock(tx, input.id));
      mayBroker(ctx.actor, row, now);
      checkVersion(row.version, input.expectedVersion);
      const revising = isOpen(row.status) && row.revision !== null;
      const status = revising ? row.status : nextState(recordTransitions, 'return', row.status);
      if (revising) await settleMoney(tx, row, 'drop');
      const updated = await store.update(tx, row, { status, revision: null, returnReason: input.reason }, now);
      await record(tx, ctx, 'return', row, updated, { reason: input.reason });
      await emit(tx, ctx, { type: type('returned'), subjectType: kind.name, subjectId: row.id });
      return await show(tx, ctx, updated);
    });
  }

  async function reject(ctx: Ctx, input: StepInput & { reason: string }): Promise<View> {
    const { reason } = input;
    return await changeStatus(ctx, input, 'reject', mayBroker, () => ({ returnReason: reason }), 'rejected', {
      reason,
    });
  }

  async function withdraw(ctx: Ctx, input: StepInput): Promise<View> {
    return await changeStatus(ctx, input, 'withdraw', mayWrite, () => ({ revision: null }), 'withdrawn');
  }

  async function close(ctx: Ctx, input: StepInput & { outcome: string; note?: string | undefined }): Promise<View> {
    const { outcome, note } = input;
    return await changeStatus(ctx, input, 'close', mayClose, () => ({ outcome, revision: null }), 'closed', {
      outcome,
      note,
    });
  }

  /** "Still current": moves the date at which an open record expires. */
  async function renew(ctx: Ctx, input: StepInput & { validUntil?: string | undefined }): Promise<View> {
    return await transaction(ctx, async (tx) => {
      const now = ctx.clock.now();
      const row = found(await store.lock(tx, input.id));
      mayWrite(ctx.actor, row, now);
      checkVersion(row.version, input.expectedVersion);
      if (!isOpen(row.status)) {
        throw invalidState(row.status, {
          zh: '只有已发布的记录可以延期；过期的请重新提交。',
          en: 'Only a published record can be renewed; submit an expired one again.',
        });
      }
      const chosen = input.validUntil === undefined ? null : futureInstant(input.validUntil, now);
      const validUntil = validityAt(now, chosen);
      const updated = await store.update(tx, row, { validUntil, expiryNoticeAt: null }, now);
      await record(tx, ctx, 'renew', row, updated, { validUntil: validUntil.toISOString() });
      return await show(tx, ctx, updated);
    });
  }

  /** In another verb's transaction: an introduction to this record was accepted by both sides. */
  async function negotiate(tx: Tx, ctx: Ctx, id: string): Promise<void> {
    const row = found(await store.lock(tx, id));
    if (row.status === 'in_negotiation') return;
    const status = nextState(recordTransitions, 'negotiate', row.status);
    const updated = await store.update(tx, row, { status }, ctx.clock.now());
    await record(tx, ctx, 'negotiate', row, updated);
    await emit(tx, ctx, { type: type('in_negotiation'), subjectType: kind.name, subjectId: id });
  }

  /**
   * In another verb's transaction: a contract about this record was registered. A record that its owner has taken back or
   * closed, or that an earlier contract has contracted, stays as it is.
   */
  async function contract(tx: Tx, ctx: Ctx, id: string): Promise<void> {
    const row = found(await store.lock(tx, id));
    if (!(recordTransitions.contract.from as readonly string[]).includes(row.status)) return;
    const status = nextState(recordTransitions, 'contract', row.status);
    const updated = await store.update(tx, row, { status, revision: null }, ctx.clock.now());
    await record(tx, ctx, 'contract', row, updated);
    await emit(tx, ctx, { type: type('contracted'), subjectType: kind.name, subjectId: id });
  }

  /** Asks owners whether their records are still current, and archives those whose owners kept silent. */
  async function expireDue(ctx: Ctx): Promise<{ asked: number; expired: number }> {
    const all = { asked: 0, expired: 0 };
    // However many end on one day: a batch at a time, until there is none.
    for (let isFull = true; isFull; ) {
      const { asked, expired } = await expireBatch(ctx);
      all.asked += asked;
      all.expired += expired;
      isFull = asked === dueAtOnce || expired === dueAtOnce;
    }
    return all;
  }

  async function expireBatch(ctx: Ctx): Promise<{ asked: number; expired: number }> {
    const limit = dueAtOnce;
    return await transaction(ctx, async (tx) => {
      const now = ctx.clock.now();
      const ended = await store.lockDue(tx, { validBefore: now, askedBefore: true, limit });
      for (const row of ended) {
        const updated = await store.update(
          tx,
          row,
          { status: nextState(recordTransitions, 'expire', row.status) },
          now,
        );
        await record(tx, ctx, 'expire', row, updated);
      }
      const ending = await store.lockDue(tx, {
        validBefore: plusDays(now, expiryNoticeDays),
        askedBefore: false,
        limit,
      });
      for (const row of ending) await store.update(tx, row, { expiryNoticeAt: now }, now);
      await emit(tx, ctx, [
        ...ended.map((row) => ({ type: type('expired'), subjectType: kind.name, subjectId: row.id })),
        ...ending.map((row) => ({ type: type('expiring'), subjectType: kind.name, subjectId: row.id })),
      ]);
      return { asked: ending.length, expired: ended.length };
    });
  }

  /** What was done to the record, oldest first: for its owner and its broker. */
  async function history(ctx: Ctx, id: string): Promise<{ items: HistoryEntry[] }> {
    return await readTransaction(ctx, async (tx) => {
      const row = found(await store.get(tx, id));
      if (!owns(ctx.actor, row) && !brokers(ctx.actor, row)) throw notFound();
      return { items: (await listHistory(tx, id)).map(toHistoryEntry) };
    });
  }

  return { submit, publish, giveBack, reject, withdraw, close, renew, negotiate, contract, expireDue, history };
}
