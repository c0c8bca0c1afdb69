import type { Ctx } from '../../core/ctx.ts';
import { found, invalidInput } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { languageOf } from '../../core/text.ts';
import { sketchDemand } from '../../demands/service.ts';
import { getOrganizationRow } from '../../organizations/service.ts';
import { sketchResult } from '../../results/service.ts';
import type { PreviewMatches } from '../inputs.ts';
import { type DemandColumns, type ResultColumns, toMatchDemand, toMatchResult } from './hydrate.ts';
import type { Subject } from './plan.ts';

/**
 * A draft as matching would see it if it were published now in the organization's name: money as its band, the region
 * the organization's where none is named. It may cross a process as JSON, so it carries no times.
 * @throws AppError INVALID_INPUT for faults that a record with these fields would have, or for a draft without words
 */
export async function sketchSubject(ctx: Ctx, organizationId: string, input: PreviewMatches): Promise<Subject> {
  const text = wordsOf(input);
  if (!/[\p{L}\p{N}]/u.test(text)) throw nothingToCompare();
  const organization = found(await getOrganizationRow(ctx.db, organizationId));
  const given =
    input.side === 'demand' ? await sketchDemand(ctx.db, draftOf(input)) : await sketchResult(ctx.db, draftOf(input));
  const shared = { ...blank, language: languageOf(text), regionCode: organization.regionCode };
  const own = { ...withoutNulls(given), id: newId(), organizationId };
  return input.side === 'demand'
    ? { side: 'demand', record: toMatchDemand({ ...blankDemand, ...shared, ...own } as unknown as DemandColumns) }
    : { side: 'result', record: toMatchResult({ ...blankResult, ...shared, ...own } as unknown as ResultColumns) };
}

function draftOf<Input extends PreviewMatches>({ side: _side, limit: _limit, ...draft }: Input) {
  return draft;
}

const blank = { contentVersion: 0, title: '', validUntil: null, publishedAt: null };

const blankDemand = {
  problem: null,
  keyTechnology: null,
  expectedOutcome: null,
  alreadyTried: null,
  notAcceptable: null,
  industry: null,
  budgetBand: null,
  budgetNegotiable: true,
  targetTrl: null,
  exclusivity: null,
  anonymous: false,
};

const blankResult = {
  description: null,
  advantages: null,
  trl: null,
  stage: null,
  priceBand: null,
  priceNegotiable: true,
  exclusivity: null,
};

const textFields = [
  'title',
  'summary',
  'problem',
  'keyTechnology',
  'expectedOutcome',
  'description',
  'advantages',
] as const;

function wordsOf(draft: Readonly<Record<string, unknown>>): string {
  const texts = textFields.map((name) => draft[name]).filter((text) => typeof text === 'string');
  return [...texts, ...((draft.keywords as string[] | undefined) ?? [])].join(' ');
}

/** null clears, and what is cleared is as if it had never been said. */
function withoutNulls(columns: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null && value !== undefined));
}

function nothingToCompare() {
  return invalidInput({
    pointer: '/title',
    code: 'text',
    message: {
      zh: '请至少填写标题、摘要、正文或关键词之一',
      en: 'say something in the title, the summary, the body or the keywords',
    },
  });
}
