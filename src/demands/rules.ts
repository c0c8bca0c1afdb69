import { type InputFault, invalidState } from '../core/errors.ts';
import { bandOf } from '../core/money.ts';
import {
  type Columns,
  dateFaults,
  indicatorFaults,
  instantOf,
  missingFields,
  moneyFaults,
  type Parts,
  type RecordStatus,
} from '../records/service.ts';
import type { TermUse } from '../vocabularies/service.ts';
import type { UpdateDemand } from './inputs.ts';
import type { ConfidentialColumns, DemandRow, NewDemand } from './store.ts';

/** Title, summary, problem, one technology field, one cooperation mode, a keyword. */
export function missingForSubmission(row: DemandRow | UpdateDemand): InputFault[] {
  const {
    title = null,
    summary = null,
    problem = null,
    technologyFields = [],
    cooperationModes = [],
    keywords = [],
  } = row;
  return missingFields({ title, summary, problem, technologyFields, cooperationModes, keywords });
}

/** What a schema cannot say: ranges in order, dates that exist. */
export function demandFaults(input: UpdateDemand): InputFault[] {
  return [
    ...indicatorFaults(input.indicators ?? []),
    ...moneyFaults('/budget', input.budget),
    ...dateFaults('/neededBy', input.neededBy),
    ...dateFaults('/validUntil', input.validUntil),
  ];
}

const diagnosable: readonly RecordStatus[] = ['submitted', 'in_diagnosis', 'returned', 'published', 'in_negotiation'];

/**
 * A draft is its owner's alone, and what has come to an end is not rewritten.
 * @throws AppError INVALID_STATE
 */
export function requireDiagnosable(status: RecordStatus): void {
  if (diagnosable.includes(status)) return;
  throw invalidState(status, {
    zh: '当前状态的需求不能诊断或改写。',
    en: 'A demand in this state can be neither diagnosed nor rewritten.',
  });
}

/** The codes in an input, each with its vocabulary. */
export function termsOf(input: UpdateDemand): TermUse[] {
  const { technologyFields = [], industry, regionCode } = input;
  return [
    ...technologyFields.map((code, at) => ({
      vocabulary: 'technology-fields' as const,
      code,
      pointer: `/technologyFields/${at}`,
    })),
    ...(industry ? [{ vocabulary: 'industries' as const, code: industry, pointer: '/industry' }] : []),
    ...(regionCode ? [{ vocabulary: 'regions' as const, code: regionCode, pointer: '/regionCode' }] : []),
  ];
}

/** What a draft has before anybody says something. */
export const draftDefaults = {
  summary: '',
  keywords: [],
  technologyFields: [],
  cooperationModes: [],
  indicators: [],
  preferredPartners: [],
  source: 'self',
};

export function partsOf(input: UpdateDemand): Parts {
  const {
    budget,
    contact,
    confidentiality,
    decisionOwner,
    excludedOrganizations,
    preferredPartners,
    indicators,
    neededBy,
    validUntil,
    source,
    ...plain
  } = input;
  const open: Partial<NewDemand> = { ...plain };
  const inner: Partial<NewDemand> = {};
  const confidential: Partial<ConfidentialColumns> = {};
  const money: Columns = {};
  if (indicators !== undefined) {
    open.indicators = indicators.map(({ unit = '', mustHave = false, ...indicator }) => ({
      ...indicator,
      unit,
      mustHave,
    }));
  }
  if (neededBy !== undefined) open.neededBy = neededBy === null ? null : instantOf(neededBy);
  if (validUntil !== undefined) open.validUntil = validUntil === null ? null : instantOf(validUntil);
  if (confidentiality?.anonymous !== undefined) open.anonymous = confidentiality.anonymous;
  if (confidentiality?.detail !== undefined) confidential.detail = confidentiality.detail;
  if (budget !== undefined) {
    const range = {
      minCny: budget?.minCny ?? null,
      maxCny: budget?.maxCny ?? null,
      negotiable: budget?.negotiable ?? true,
    };
    Object.assign(money, range);
    open.budgetBand = bandOf(budget === null ? null : range);
    open.budgetNegotiable = range.negotiable;
  }
  if (contact !== undefined) confidential.contact = contact;
  if (decisionOwner !== undefined) confidential.decisionOwner = decisionOwner;
  if (excludedOrganizations !== undefined)
    confidential.excludedOrganizations = [...new Set(excludedOrganizations.map((id) => id.toLowerCase()))];
  if (preferredPartners !== undefined) inner.preferredPartners = preferredPartners;
  if (source !== undefined) inner.source = source;
  return { open, inner, confidential, money };
}

/** A stored revision as columns again: its dates went through JSON. */
export function revisedColumns(revision: Record<string, unknown>): Partial<NewDemand> {
  const columns: Record<string, unknown> = { ...revision };
  for (const name of ['neededBy', 'validUntil']) {
    const value = columns[name];
    if (typeof value === 'string') columns[name] = new Date(value);
  }
  return columns;
}
