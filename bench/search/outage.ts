/** How a search engine can be away. */
export const outageWays = ['refused', 'hanging', '500', 'slow'] as const;
export type OutageWay = (typeof outageWays)[number];

/** The program as its users meet it, and what an observer can tell about the engine. */
export interface OutageDoor {
  /** Changes something that can be found; whether that was acknowledged. Several at a time. */
  write(): Promise<boolean>;
  /** Asks a question; what a failed one says does not matter. */
  search(): Promise<{ answered: boolean; degraded: boolean }>;
  /** Whether the engine holds what the records say. */
  isInStep(): Promise<boolean>;
}

export interface OutagePlan {
  begin(): Promise<void>;
  end(): Promise<void>;
  /** Asked after each write and each answer: whether the engine has been away long enough. */
  isOver(soFar: Readonly<OutageReport>): boolean;
  /** Between the starts of two writes; 0: one after the other. */
  msPerWrite: number;
  /** Between an answer and the next question of one of the askers; 0: at once. */
  msPerPause: number;
  askers: number;
  writers: number;
  /** How long the engine may take to be in step again, before this gives up. */
  patienceMs: number;
}

export interface OutageReport {
  writes: number;
  acknowledged: number;
  /** Questions that were asked while the engine was away, and how many of them had an answer, and a degraded one. */
  questions: number;
  answered: number;
  degraded: number;
  answerMs: number[];
  /** From the return until the engine held what the records said; null: not in time. */
  parityMs: number | null;
  /** From the return until an answer was not degraded any more; null: not in time. */
  wholeMs: number | null;
}

/** Takes the engine away while people write and search, gives it back, and waits until it is in step and asked again. */
export async function runOutage(door: OutageDoor, plan: OutagePlan): Promise<OutageReport> {
  const report: OutageReport = {
    ...{ writes: 0, acknowledged: 0, questions: 0, answered: 0, degraded: 0 },
    ...{ answerMs: [], parityMs: null, wholeMs: null },
  };
  await plan.begin();
  const writer = async () => {
    while (!plan.isOver(report)) {
      const nextMs = performance.now() + plan.msPerWrite * plan.writers;
      const acknowledged = await door.write();
      report.writes += 1;
      if (acknowledged) report.acknowledged += 1;
      await pause(nextMs - performance.now());
    }
  };
  const asker = async () => {
    while (!plan.isOver(report)) {
      const startMs = performance.now();
      const { answered, degraded } = await door.search();
      report.answerMs.push(performance.now() - startMs);
      report.questions += 1;
      if (answered) report.answered += 1;
      if (degraded) report.degraded += 1;
      await pause(plan.msPerPause);
    }
  };
  await Promise.all([...Array.from({ length: plan.writers }, writer), ...Array.from({ length: plan.askers }, asker)]);
  await plan.end();
  const backMs = performance.now();
  const until = async (isSo: () => Promise<boolean>) => {
    while (performance.now() - backMs < plan.patienceMs) {
      if (await isSo()) return performance.now() - backMs;
      await pause(50);
    }
    return null;
  };
  [report.parityMs, report.wholeMs] = await Promise.all([
    until(door.isInStep),
    until(async () => {
      const { answered, degraded } = await door.search();
      return answered && !degraded;
    }),
  ]);
  return report;
}

async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
