import type { Transition } from '../core/transitions.ts';
import type { JobStatus } from './views.ts';

/** A job that has ended stays as it is; whoever wants it again starts another. */
export const jobTransitions = {
  start: { from: ['queued', 'running'], to: 'running' },
  finish: { from: ['running'], to: 'done' },
  fail: { from: ['queued', 'running'], to: 'failed' },
} as const satisfies Record<string, Transition<JobStatus>>;
