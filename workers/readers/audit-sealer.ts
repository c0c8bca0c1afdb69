import { type Head, sealEntries } from '../../src/audit-trail/service.ts';
import { type Loop, startLoop } from '../loop.ts';
import { createOutageLog } from '../outage-log.ts';
import type { WorkerDeps } from '../worker-deps.ts';
import type { CursorReader } from './cursor-reader.ts';
import { tryLockReader } from './lease.ts';

const defaultBatch = 1_000;
/** Nobody waits for a seal: a pause gathers what came meanwhile into one commit. */
const pauseMs = 500;
const pauseAfterFailureMs = 5_000;
/** How often the head goes to the log, which is a place outside the database. */
const tellEveryMs = 3_600_000;

export interface AuditSealer extends Pick<CursorReader, 'start' | 'wake' | 'stop'> {
  /** One batch; returns how many entries were sealed: none while another process seals. */
  step(): Promise<number>;
}

/** Seals audit entries in commit order behind the writes, so that no write waits for another (docs/adr/0028). */
export function createAuditSealer(
  { db, clock, log }: Pick<WorkerDeps, 'db' | 'clock' | 'log'>,
  { batch = defaultBatch }: { batch?: number } = {},
): AuditSealer {
  const outage = createOutageLog(log, 'the sealer of the audit trail');
  let loop: Loop | null = null;
  let toldAtMs = Number.NEGATIVE_INFINITY;

  function tell({ seq, hash }: Head): void {
    const nowMs = clock.now().getTime();
    if (nowMs - toldAtMs < tellEveryMs) return;
    toldAtMs = nowMs;
    log.info({ head: `${seq}:${hash}` }, 'the audit trail is sealed up to here');
  }

  async function step(): Promise<number> {
    const { head, sealed } = await db.transaction(async (tx) =>
      (await tryLockReader(tx, 'audit-sealer')) ? await sealEntries(tx, batch) : { head: null, sealed: 0 },
    );
    if (head !== null) tell(head);
    return sealed;
  }

  async function guardedStep(): Promise<{ pauseMs: number; wakeable: boolean }> {
    try {
      const sealed = await step();
      outage.worked();
      return { pauseMs: sealed === batch ? 0 : pauseMs, wakeable: false };
    } catch (error) {
      outage.failed(error);
      return { pauseMs: pauseAfterFailureMs, wakeable: false };
    }
  }

  return {
    step,
    start() {
      loop ??= startLoop(guardedStep);
    },
    // It comes round by itself.
    wake: () => undefined,
    async stop() {
      await loop?.stop();
      loop = null;
    },
  };
}
