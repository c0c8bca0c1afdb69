import { audit } from '../../core/audit.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, found, invalidInput, invalidState } from '../../core/errors.ts';
import type { MessageType } from '../../core/messages.ts';
import { emit } from '../../core/outbox.ts';
import { type Tx, transaction } from '../../core/transaction.ts';
import { nextState } from '../../core/transitions.ts';
import { checkVersion } from '../../core/versions.ts';
import { isPublic, mayBroker } from '../policy.ts';
import { recordTransitions } from '../rules.ts';
import type { RecordKind, RecordRow, Show } from './kind.ts';

interface MergeInput {
  id: string;
  intoId: string;
  reason: string;
  expectedVersion: number | null;
}

/** What a broker does with records that tell of the same, for one kind of record. See docs/adr/0032. */
export function recordMerging<Row extends RecordRow, Confidential, Input, PublicView, View>(
  { name, store }: RecordKind<Row, Confidential, Input, PublicView, View>,
  show: Show<Row, View>,
) {
  const type = (fact: string) => `${name}.${fact}` as MessageType;

  /**
   * In another verb's transaction, which sees to what hangs on the record: closes it, and says which one stands for both.
   * @throws AppError INVALID_INPUT for a record and itself, INVALID_STATE unless the one is submitted or published and
   *   the other public
   */
  async function merge(tx: Tx, ctx: Ctx, { id, intoId, reason, expectedVersion }: MergeInput): Promise<Row> {
    if (id === intoId) throw invalidInput({ pointer: '/intoId', code: 'same_record', message: sameRecord });
    const now = ctx.clock.now();
    const { row, into } = await lockBoth(tx, id, intoId);
    mayBroker(ctx.actor, row, now);
    mayBroker(ctx.actor, into, now);
    checkVersion(row.version, expectedVersion);
    const status = nextState(recordTransitions, 'merge', row.status);
    if (!isPublic(into, now)) {
      throw invalidState(into.status, {
        zh: '保留的一条须为已发布且在有效期内的记录。',
        en: 'The record that stays must be published, and still valid.',
      });
    }
    const changes = { status, outcome: 'merged', mergedIntoId: intoId, returnReason: reason, revision: null };
    const updated = await store.update(tx, row, changes, now);
    await audit(tx, ctx, [
      {
        action: `${name}.merge`,
        subjectType: name,
        subjectId: id,
        marketId: row.homeMarketId,
        fromStatus: row.status,
        toStatus: status,
        details: { intoId, reason },
      },
      {
        action: `${name}.absorb`,
        subjectType: name,
        subjectId: intoId,
        marketId: into.homeMarketId,
        details: { mergedId: id },
      },
    ]);
    await emit(tx, ctx, [
      { type: type('merged'), subjectType: name, subjectId: id },
      { type: type('absorbed'), subjectType: name, subjectId: intoId },
    ]);
    return updated;
  }

  /** In the order of their ids, so that two merges never wait for each other. */
  async function lockBoth(tx: Tx, id: string, intoId: string): Promise<{ row: Row; into: Row }> {
    const locked = new Map<string, Row>();
    for (const each of [id, intoId].toSorted()) locked.set(each, found(await store.lock(tx, each)));
    return { row: found(locked.get(id)), into: found(locked.get(intoId)) };
  }

  /** A record that was merged by mistake goes back to review, whatever has become of the other. @throws AppError CONFLICT */
  async function unmerge(
    ctx: Ctx,
    { id, reason, expectedVersion }: { id: string; reason: string; expectedVersion: number | null },
  ): Promise<View> {
    return await transaction(ctx, async (tx) => {
      const now = ctx.clock.now();
      const row = found(await store.lock(tx, id));
      mayBroker(ctx.actor, row, now);
      checkVersion(row.version, expectedVersion);
      if (row.mergedIntoId === null) {
        throw conflict({ zh: '这条记录没有被合并。', en: 'The record has not been merged into another.' });
      }
      const status = nextState(recordTransitions, 'unmerge', row.status);
      const changes = { status, outcome: null, mergedIntoId: null, returnReason: null };
      const updated = await store.update(tx, row, changes, now);
      await audit(tx, ctx, {
        action: `${name}.unmerge`,
        subjectType: name,
        subjectId: id,
        marketId: row.homeMarketId,
        fromStatus: row.status,
        toStatus: status,
        details: { fromId: row.mergedIntoId, reason },
      });
      await emit(tx, ctx, { type: type('unmerged'), subjectType: name, subjectId: id });
      return await show(tx, ctx, updated);
    });
  }

  return { merge, unmerge };
}

const sameRecord = { zh: '不能与自身合并', en: 'a record cannot be merged into itself' };
