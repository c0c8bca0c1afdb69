import type { Tx } from '../core/transaction.ts';
import { getDemandRows, lockDemand } from '../demands/service.ts';
import type { OwnedRecord } from '../records/service.ts';
import { getResultRows, lockResult } from '../results/service.ts';

export type RecordType = 'demand' | 'result';

export type RecordRow = OwnedRecord & { id: string; ownerVerified: boolean };

interface Subject {
  load(tx: Tx, ids: readonly string[]): Promise<RecordRow[]>;
  /** So that a record's files are written one request at a time, and while it is in the state that was seen. */
  lock(tx: Tx, id: string): Promise<RecordRow | undefined>;
}

/** What files are attached to. */
export const subjects: Readonly<Record<RecordType, Subject>> = {
  demand: { load: getDemandRows, lock: lockDemand },
  result: { load: getResultRows, lock: lockResult },
};
