import type { InputFault } from '../core/errors.ts';
import { bandOf } from '../core/money.ts';
import {
  type Columns,
  dateFaults,
  indicatorFaults,
  instantOf,
  missingFields,
  moneyFaults,
  type Parts,
} from '../records/service.ts';
import type { TermUse } from '../vocabularies/service.ts';
import type { UpdateResult } from './inputs.ts';
import type { ConfidentialColumns, NewResult, ResultRow } from './store.ts';

/** Title, summary, description, one technology field, one cooperation mode, a keyword. */
export function missingForSubmission(row: ResultRow | UpdateResult): InputFault[] {
  const { title = null, summary = null, technologyFields = [], cooperationModes = [], keywords = [] } = row;
  return missingFields({ title, summary, technologyFields, cooperationModes, keywords });
}

/** What a schema cannot say: ranges in order, shares that add up, dates that exist. */
export function resultFaults(input: UpdateResult): InputFault[] {
  return [
    ...indicatorFaults(input.indicators ?? []),
    ...moneyFaults('/price', input.price),
    ...dateFaults('/validUntil', input.validUntil),
    ...shareFaults(input.owners ?? []),
  ];
}

function shareFaults(owners: readonly { share: number }[]): InputFault[] {
  const total = owners.reduce((sum, owner) => sum + owner.share, 0);
  if (owners.length === 0 || Math.abs(total - 100) < 0.01) return [];
  return [
    {
      pointer: '/owners',
      code: 'shares',
      message: { zh: '权属比例合计应为 100%', en: 'the owners’ shares must add to 100 %' },
    },
  ];
}

/** The codes in an input, each with its vocabulary. */
export function termsOf(input: UpdateResult): TermUse[] {
  const { technologyFields = [], applicationIndustries = [], regionCode } = input;
  return [
    ...technologyFields.map((code, at) => ({
      vocabulary: 'technology-fields' as const,
      code,
      pointer: `/technologyFields/${at}`,
    })),
    ...applicationIndustries.map((code, at) => ({
      vocabulary: 'industries' as const,
      code,
      pointer: `/applicationIndustries/${at}`,
    })),
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
  applicationIndustries: [],
  ipr: [],
  owners: [],
  inventors: [],
  awards: [],
  source: 'self',
};

export function partsOf(input: UpdateResult): Parts {
  const { price, contact, confidentiality, inventors, indicators, validUntil, source, ...plain } = input;
  const open: Partial<NewResult> = { ...plain };
  const inner: Partial<NewResult> = {};
  const confidential: Partial<ConfidentialColumns> = {};
  const money: Columns = {};
  if (indicators !== undefined)
    open.indicators = indicators.map(({ unit = '', ...indicator }) => ({ ...indicator, unit }));
  if (validUntil !== undefined) open.validUntil = validUntil === null ? null : instantOf(validUntil);
  if (confidentiality?.detail !== undefined) confidential.detail = confidentiality.detail;
  if (price !== undefined) {
    const range = {
      minCny: price?.minCny ?? null,
      maxCny: price?.maxCny ?? null,
      negotiable: price?.negotiable ?? true,
    };
    Object.assign(money, range);
    open.priceBand = bandOf(price === null ? null : range);
    open.priceNegotiable = range.negotiable;
  }
  if (contact !== undefined) confidential.contact = contact;
  if (inventors !== undefined) {
    open.inventors = inventors.map(({ name, title }) => (title === undefined ? { name } : { name, title }));
    confidential.inventorContacts = inventors
      .filter((one) => one.phone ?? one.email)
      .map(({ title: _title, ...reach }) => reach);
  }
  if (source !== undefined) inner.source = source;
  return { open, inner, confidential, money };
}

/** A stored revision as columns again: its dates went through JSON. */
export function revisedColumns(revision: Record<string, unknown>): Partial<NewResult> {
  const { validUntil } = revision;
  return typeof validUntil === 'string' ? { ...revision, validUntil: new Date(validUntil) } : revision;
}
