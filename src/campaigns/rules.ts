import type { CampaignList, CampaignQuestion, CampaignQuota } from '../../db/schema/index.ts';
import { type InputFault, invalidInput, invalidState } from '../core/errors.ts';
import { regionPrefix } from '../core/region-codes.ts';
import type { Text } from '../core/text.ts';
import type { Transition } from '../core/transitions.ts';
import type { AskableField, CampaignStatus } from './inputs.ts';

export const campaignTransitions = {
  open: { from: ['draft'], to: 'open' },
  close: { from: ['open'], to: 'closed' },
  report: { from: ['closed'], to: 'reported' },
  cancel: { from: ['draft', 'open'], to: 'cancelled' },
} as const satisfies Record<string, Transition<CampaignStatus>>;

export const standardLists: readonly CampaignList[] = [
  { code: 'guide_suggestions', zh: '指南建议', en: 'Suggestions for the project guide' },
  { code: 'selected_projects', zh: '拟立项项目', en: 'Selected projects' },
];

export const defaultReminderDays = 7;

/** The deadline closes a campaign, not the sweep that comes after it. */
export function effectiveStatus(row: { status: CampaignStatus; deadline: Date }, now: Date): CampaignStatus {
  return row.status === 'open' && row.deadline <= now ? 'closed' : row.status;
}

/** @throws AppError INVALID_STATE outside its days */
export function requireGathering(
  row: { status: CampaignStatus; opensAt: Date | null; deadline: Date },
  now: Date,
): void {
  const status = effectiveStatus(row, now);
  if (status !== 'open') {
    throw invalidState(status, { zh: '征集未开放或已截止。', en: 'The campaign is not open, or has closed.' });
  }
  if (row.opensAt !== null && row.opensAt > now)
    throw invalidState('open', { zh: '征集尚未开始。', en: 'The campaign has not begun yet.' });
}

/** A demand is entered once the market has it: drafts are not gathered. @throws AppError INVALID_STATE */
export function requireEnterable(status: string): void {
  if (['submitted', 'in_diagnosis', 'published', 'in_negotiation'].includes(status)) return;
  throw invalidState(status, {
    zh: '请先提交需求，再报送征集。',
    en: 'The demand must be submitted to the market before it is entered.',
  });
}

/** The part of a campaign's region that a demand counts in: that of the nearest quota, else the region one level below. */
export function districtOf(campaignRegion: string, quotas: readonly CampaignQuota[], regionCode: string): string {
  const ofQuota = quotas
    .filter((quota) => regionCode.startsWith(regionPrefix(quota.regionCode)))
    .sort((a, b) => regionPrefix(b.regionCode).length - regionPrefix(a.regionCode).length)[0];
  if (ofQuota !== undefined) return ofQuota.regionCode;
  const level = campaignRegion === '000000' ? 2 : Math.min(6, regionPrefix(campaignRegion).length + 2);
  return regionCode.slice(0, level).padEnd(6, '0');
}

export function isWithin(regionCode: string, campaignRegion: string): boolean {
  return campaignRegion === '000000' || regionCode.startsWith(regionPrefix(campaignRegion));
}

interface CampaignForm {
  regionCode: string;
  questions: readonly CampaignQuestion[];
  quotas: readonly CampaignQuota[];
  lists: readonly CampaignList[];
  opensAt: Date | null;
  deadline: Date;
}

/** @throws AppError INVALID_INPUT for repeated codes, quotas outside the region, a deadline that has passed or lies before the start */
export function checkForm(form: CampaignForm, now: Date): void {
  const faults: InputFault[] = [
    ...repeated(
      '/questions',
      form.questions.map((question) => question.code),
    ),
    ...repeated(
      '/quotas',
      form.quotas.map((quota) => quota.regionCode),
      'regionCode',
    ),
    ...repeated(
      '/lists',
      [...form.lists, ...standardLists].map((list) => list.code),
    ),
  ];
  form.questions.forEach((question, at) => {
    if ((question.kind === 'choice') !== (question.choices !== undefined))
      faults.push({ pointer: `/questions/${at}/choices`, code: 'choices', message: choicesNeeded });
  });
  form.quotas.forEach((quota, at) => {
    if (!isWithin(quota.regionCode, form.regionCode))
      faults.push({ pointer: `/quotas/${at}/regionCode`, code: 'region', message: outside });
  });
  if (form.deadline <= now || (form.opensAt !== null && form.deadline <= form.opensAt))
    faults.push({ pointer: '/deadline', code: 'past', message: tooEarly });
  if (faults.length > 0) throw invalidInput(...faults);
}

function repeated(pointer: string, codes: readonly string[], field = 'code'): InputFault[] {
  return codes.flatMap((code, at) =>
    codes.indexOf(code) === at
      ? []
      : [{ pointer: `${pointer}/${codes.indexOf(code)}/${field}`, code: 'unique', message: unique }],
  );
}

const unique: Text = { zh: '代码重复', en: 'this code is there twice' };
const outside: Text = { zh: '不在征集地区内', en: 'lies outside the region of the campaign' };
const tooEarly: Text = { zh: '截止时间应晚于现在和开始时间', en: 'must be later than now and than the start' };
const choicesNeeded: Text = {
  zh: '选择题需要 choices，其他题型不需要',
  en: 'a choice needs choices, and no other kind has any',
};

/** What is wrong with the answers to a campaign's questions, each at its code. */
export function answerFaults(
  questions: readonly CampaignQuestion[],
  answers: Readonly<Record<string, string | number>>,
): InputFault[] {
  const known = new Map(questions.map((question) => [question.code, question]));
  const strange = Object.keys(answers).filter((code) => !known.has(code));
  return [
    ...strange.map((code) => ({ pointer: `/answers/${code}`, code: 'unknown', message: noSuchQuestion })),
    ...questions.flatMap((question): InputFault[] => {
      const answer = answers[question.code];
      const pointer = `/answers/${question.code}`;
      if (answer === undefined || (typeof answer === 'string' && answer.trim() === ''))
        return question.required ? [{ pointer, code: 'required', message: answerNeeded }] : [];
      const fits =
        question.kind === 'number'
          ? typeof answer === 'number'
          : typeof answer === 'string' && (question.kind === 'text' || (question.choices ?? []).includes(answer));
      return fits ? [] : [{ pointer, code: 'kind', message: wrongKind }];
    }),
  ];
}

const noSuchQuestion: Text = { zh: '本次征集没有这个问题', en: 'the campaign asks no such question' };
const answerNeeded: Text = { zh: '必答', en: 'must be answered' };
const wrongKind: Text = { zh: '答案类型不符或不在选项中', en: 'is of another kind, or none of the choices' };

type Gathering = Record<'regionCode' | 'technologyFields' | 'activityType', (code: string) => boolean>;

/** Of which region, fields and kinds a campaign gathers, as a question to each code. */
export function gatheredCodes(campaign: {
  regionCode: string;
  technologyFields: readonly string[];
  activityTypes: readonly string[];
}): Gathering {
  const { technologyFields, activityTypes } = campaign;
  return {
    regionCode: (code) => isWithin(code, campaign.regionCode),
    technologyFields: (code) =>
      technologyFields.length === 0 || technologyFields.some((asked) => code.startsWith(asked)),
    activityType: (code) => activityTypes.length === 0 || activityTypes.includes(code),
  };
}

interface EnteredDemand extends Readonly<Partial<Record<AskableField, unknown>>> {
  regionCode: string;
  technologyFields: readonly string[];
  activityType: string | null;
}

/** What keeps a demand from this campaign, each at its field: what it asks for, its region, its fields, its kinds. */
export function demandFaults(
  campaign: {
    regionCode: string;
    technologyFields: readonly string[];
    activityTypes: readonly string[];
    requiredFields: readonly string[];
  },
  demand: EnteredDemand,
): InputFault[] {
  const missing = campaign.requiredFields.filter((field) => isEmpty(demand[field as AskableField]));
  const gathered = gatheredCodes(campaign);
  const inField = campaign.technologyFields.length === 0 || demand.technologyFields.some(gathered.technologyFields);
  const ofKind =
    campaign.activityTypes.length === 0 || (demand.activityType !== null && gathered.activityType(demand.activityType));
  return [
    ...missing.map((field) => ({ pointer: `/${field}`, code: `required.${field}`, message: fieldNeeded(field) })),
    ...(gathered.regionCode(demand.regionCode) ? [] : [{ pointer: '/regionCode', code: 'region', message: outside }]),
    ...(inField ? [] : [{ pointer: '/technologyFields', code: 'technologyFields', message: otherField }]),
    ...(ofKind ? [] : [{ pointer: '/activityType', code: 'activityType', message: otherKind }]),
  ];
}

function isEmpty(value: unknown): boolean {
  return (
    value == null || (typeof value === 'string' && value.trim() === '') || (Array.isArray(value) && value.length === 0)
  );
}

function fieldNeeded(field: string): Text {
  return { zh: `本次征集要求填写需求的 ${field}`, en: `the campaign asks for the demand's ${field}` };
}
const otherField: Text = { zh: '不在征集的技术领域内', en: 'is of none of the fields that are gathered' };
const otherKind: Text = { zh: '不是征集的活动类型', en: 'is of none of the kinds that are gathered' };

/** @throws AppError INVALID_INPUT at /list */
export function checkList(lists: readonly CampaignList[], code: string): void {
  if ([...standardLists, ...lists].some((list) => list.code === code)) return;
  throw invalidInput({
    pointer: '/list',
    code: 'unknown',
    message: { zh: '没有这个名单', en: 'there is no such list' },
  });
}

/** @throws AppError INVALID_STATE */
export function requireSelecting(status: CampaignStatus): void {
  if (status === 'open' || status === 'closed') return;
  throw invalidState(status, {
    zh: '征集报告发布后（或未开放时）不能调整名单。',
    en: 'Entries are selected while the campaign is open or closed, until its report.',
  });
}
