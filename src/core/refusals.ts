import type { Ctx } from './ctx.ts';
import { AppError, type ErrorCode, type ErrorDetails } from './errors.ts';
import type { Text } from './text.ts';

/**
 * A refusal that has to leave a trace. What a refused verb wrote is rolled back, so `core/transaction.ts` has the trace
 * written once the verb's transaction has ended, in one of its own.
 */
export class TracedRefusal extends AppError {
  readonly leaveTrace: (ctx: Ctx) => Promise<void>;

  constructor(code: ErrorCode, text: Text, details: ErrorDetails, leaveTrace: (ctx: Ctx) => Promise<void>) {
    super(code, text, details);
    this.leaveTrace = leaveTrace;
  }
}
