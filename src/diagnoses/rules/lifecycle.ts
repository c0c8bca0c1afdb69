import type { DiagnosedContent, diagnosisStatuses, diagnosisVersionStatuses } from '../../../db/schema/index.ts';
import { invalidState } from '../../core/errors.ts';
import type { Transition } from '../../core/transitions.ts';

export type DiagnosisStatus = (typeof diagnosisStatuses)[number];
export type VersionStatus = (typeof diagnosisVersionStatuses)[number];

/** `proposed`: a version waits for the enterprise. A newer one takes its place; after a signed one the next may follow. */
export const diagnosisTransitions = {
  propose: { from: ['open', 'proposed', 'signed'], to: 'proposed' },
  sign: { from: ['proposed'], to: 'signed' },
  refuse: { from: ['proposed'], to: 'open' },
  close: { from: ['open', 'proposed', 'signed'], to: 'closed' },
} as const satisfies Record<string, Transition<DiagnosisStatus>>;

/** @throws AppError INVALID_STATE */
export function requireUnclosed(status: DiagnosisStatus): void {
  if (status !== 'closed') return;
  throw invalidState(status, { zh: '诊断已结束。', en: 'The diagnosis is closed.' });
}

/** @throws AppError INVALID_STATE for a version that was answered, replaced, or is the original */
export function requireProposed(status: VersionStatus): void {
  if (status === 'proposed') return;
  throw invalidState(status, { zh: '该版本不在等待确认。', en: 'This version does not wait for an answer.' });
}

/** What a diagnosis rewrites, taken from a demand. */
export function contentOf(demand: DiagnosedContent): DiagnosedContent {
  const { title, summary, problem, keyTechnology, expectedOutcome, indicators, alreadyTried, notAcceptable } = demand;
  const { keywords, technologyFields, industry, activityType, cooperationModes, targetTrl } = demand;
  return {
    title,
    summary,
    problem,
    keyTechnology,
    expectedOutcome,
    indicators,
    alreadyTried,
    notAcceptable,
    keywords,
    technologyFields,
    industry,
    activityType,
    cooperationModes,
    targetTrl,
  };
}

export interface Money {
  minCny: number | null;
  maxCny: number | null;
  negotiable: boolean;
}

/** What a version says of the confidential fields; null where it says nothing. */
export interface ConfidentialChange {
  decisionOwner: string | null;
  budget: Money | null;
}

/** What several versions say together, in the order of their numbers: the last word on each field holds. */
export function foldConfidential(changes: readonly ConfidentialChange[]): ConfidentialChange {
  return changes.reduce(
    (folded, { decisionOwner, budget }) => ({
      decisionOwner: decisionOwner ?? folded.decisionOwner,
      budget: budget ?? folded.budget,
    }),
    { decisionOwner: null, budget: null },
  );
}
