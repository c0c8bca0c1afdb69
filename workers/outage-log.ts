import type { Log } from '../src/core/ctx.ts';
import { describeError } from '../src/core/error-report.ts';

/** Says once that something is away and once that it is back, however often it is tried in between. */
export interface OutageLog {
  failed(error: unknown): void;
  worked(): void;
}

export function createOutageLog(log: Log, what: string): OutageLog {
  let away = false;
  return {
    failed(error) {
      if (!away) log.warn({ error: describeError(error) }, `${what} does not work at the moment; trying again`);
      away = true;
    },
    worked() {
      if (away) log.info({}, `${what} works again`);
      away = false;
    },
  };
}
