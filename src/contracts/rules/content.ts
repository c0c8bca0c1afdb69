import type { InputFault } from '../../core/errors.ts';
import type { Text } from '../../core/text.ts';
import { isCreditCode } from './credit-code.ts';

export interface Contact {
  name: string;
  phone?: string;
  email?: string;
}

export interface Bank {
  bankName: string;
  accountName?: string;
  accountNumber: string;
}

/** A side of the form. */
export interface Side {
  name: string;
  creditCode: string | null;
  kind: string | null;
  regionCode: string | null;
  contact: Contact | null;
  bank: Bank | null;
}

/** All that the registration form asks, as far as it is known. */
export interface ContractContent {
  title: string;
  contractNumber: string | null;
  type: 'technology_development' | 'transfer' | 'licence' | 'consulting' | 'service' | null;
  subtype: string | null;
  exclusivity: 'exclusive' | 'sole' | 'non_exclusive' | null;
  totalAmountCny: number | null;
  technicalAmountCny: number | null;
  signedOn: string | null;
  startsOn: string | null;
  endsOn: string | null;
  paymentMode: string | null;
  technologyField: string | null;
  contractField: string | null;
  industry: string | null;
  socioeconomicGoal: string | null;
  planSource: string | null;
  iprKinds: string[];
  buyer: Side;
  seller: Side;
  rewardPercent: number | null;
  inventorShares: { name: string; share: number | null }[];
}

/** What an input may say of a side; absent leaves, null clears. */
export type SideChanges = { [Field in keyof Side]?: Side[Field] | undefined };

/** What an input may say of the form; absent leaves, null clears. */
export type ContentChanges = {
  [Field in Exclude<keyof ContractContent, 'buyer' | 'seller'>]?: ContractContent[Field] | undefined;
} & { buyer?: SideChanges | undefined; seller?: SideChanges | undefined };

/** The form with the changes. A term that was not stated begins on the day of signing, so that nobody types that twice. */
export function withChanges(content: ContractContent, changes: ContentChanges): ContractContent {
  const { buyer, seller, ...plain } = changes;
  const changed = {
    ...content,
    ...stated(plain),
    buyer: { ...content.buyer, ...stated(buyer ?? {}) },
    seller: { ...content.seller, ...stated(seller ?? {}) },
  };
  // What hangs on the type goes with it.
  if (changes.type !== undefined && changes.type !== content.type) {
    if (changes.subtype === undefined) changed.subtype = null;
    if (changes.exclusivity === undefined && changed.type !== 'licence') changed.exclusivity = null;
  }
  if (changed.startsOn === null && changes.startsOn === undefined) changed.startsOn = changed.signedOn;
  return changed;
}

function stated<Fields extends object>(fields: Fields): { [Name in keyof Fields]: Exclude<Fields[Name], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };
}

/** Hundredths of a percent, so that sums of decimals come out exact. */
function basisPoints(shares: readonly { share: number | null }[]): number {
  return shares.reduce((sum, { share }) => sum + Math.round((share ?? 0) * 100), 0);
}

/** What a schema cannot say and a draft must already keep to. */
export function contentFaults(content: ContractContent): InputFault[] {
  const faults: InputFault[] = [];
  const { totalAmountCny, technicalAmountCny, signedOn, startsOn, endsOn } = content;
  if (totalAmountCny !== null && technicalAmountCny !== null && technicalAmountCny > totalAmountCny)
    faults.push({ pointer: '/technicalAmountCny', code: 'order', message: technicalTooLarge });
  if (startsOn !== null && endsOn !== null && endsOn < startsOn)
    faults.push({ pointer: '/endsOn', code: 'order', message: endsBeforeStart });
  if (signedOn !== null && endsOn !== null && endsOn < signedOn)
    faults.push({ pointer: '/endsOn', code: 'order', message: endsBeforeSigning });
  if (content.exclusivity !== null && content.type !== 'licence')
    faults.push({ pointer: '/exclusivity', code: 'type', message: exclusivityOfLicence });
  if (content.iprKinds.includes('none') && content.iprKinds.length > 1)
    faults.push({ pointer: '/iprKinds', code: 'none', message: noneBesideOthers });
  if (basisPoints(content.inventorShares) > 10_000)
    faults.push({ pointer: '/inventorShares', code: 'sum', message: sharesTooLarge });
  const names = content.inventorShares.map(({ name }) => name.trim());
  names.forEach((name, at) => {
    if (names.indexOf(name) < at)
      faults.push({ pointer: `/inventorShares/${at}/name`, code: 'unique', message: namedTwice });
  });
  return faults;
}

/** What a form that is submitted must have besides, each with the pointer at which a PATCH gives it. */
export function submissionFaults(content: ContractContent, today: string): InputFault[] {
  const faults: InputFault[] = missingFields(content).map((pointer) => ({
    pointer,
    code: 'required',
    message: required,
  }));
  for (const side of ['buyer', 'seller'] as const) {
    const { creditCode } = content[side];
    if (creditCode !== null && !isCreditCode(creditCode))
      faults.push({ pointer: `/${side}/creditCode`, code: 'check-digit', message: wrongCreditCode });
  }
  if (content.totalAmountCny === 0) faults.push({ pointer: '/totalAmountCny', code: 'minimum', message: noAmount });
  if (content.signedOn !== null && content.signedOn > today)
    faults.push({ pointer: '/signedOn', code: 'future', message: signedLater });
  const agreed = content.inventorShares.filter(({ share }) => share !== null);
  if (agreed.length > 0 && (agreed.length < content.inventorShares.length || basisPoints(agreed) !== 10_000))
    faults.push({ pointer: '/inventorShares', code: 'sum', message: sharesNotWhole });
  return faults;
}

/** Pointers to the fields that a form still needs before it can be submitted, in the order of the form. */
export function missingFields(content: ContractContent): string[] {
  const plain = [
    'type',
    'subtype',
    ...(content.type === 'licence' ? (['exclusivity'] as const) : []),
    'totalAmountCny',
    'technicalAmountCny',
    'signedOn',
    'startsOn',
    'endsOn',
    'paymentMode',
    'technologyField',
    'contractField',
    'industry',
    'socioeconomicGoal',
    'planSource',
  ] as const;
  const ofSide = ['creditCode', 'kind', 'regionCode', 'contact'] as const;
  return [
    ...plain.filter((field) => content[field] === null).map((field) => `/${field}`),
    ...(content.iprKinds.length === 0 ? ['/iprKinds'] : []),
    ...(['buyer', 'seller'] as const).flatMap((side) =>
      ofSide.filter((field) => content[side][field] === null).map((field) => `/${side}/${field}`),
    ),
  ];
}

export interface ContractWarning {
  code: 'reward_unstated' | 'reward_below_half' | 'inventor_shares_unstated';
  text: Text;
}

/**
 * Things to look at that stop nobody. 促进科技成果转化法 (2015), article 45 (1): where nothing else was laid down or
 * agreed, those who contributed most to a service result get at least 50 percent of the net income of its transfer or
 * licence; article 45 holds state-founded institutes and universities to that share even where they agree on a figure.
 */
export function contractWarnings(content: ContractContent): ContractWarning[] {
  if (content.type !== 'transfer' && content.type !== 'licence') return [];
  const warnings: ContractWarning[] = [];
  if (content.rewardPercent === null) warnings.push({ code: 'reward_unstated', text: rewardUnstated });
  else if (content.rewardPercent < 50) warnings.push({ code: 'reward_below_half', text: rewardBelowHalf });
  if (content.inventorShares.every(({ share }) => share === null))
    warnings.push({ code: 'inventor_shares_unstated', text: inventorSharesUnstated });
  return warnings;
}

const technicalTooLarge: Text = {
  zh: '技术交易额不得大于合同总金额',
  en: 'the technical amount must not exceed the total amount',
};
const endsBeforeStart: Text = { zh: '合同终止日期早于起始日期', en: 'the term ends before it starts' };
const endsBeforeSigning: Text = { zh: '合同终止日期早于签订日期', en: 'the term ends before the contract was signed' };
const exclusivityOfLicence: Text = { zh: '许可方式只用于技术许可合同', en: 'only a licence has an exclusivity' };
const noneBesideOthers: Text = {
  zh: '“未涉及知识产权”不能与其他类型同时选择',
  en: '"none" cannot stand beside other kinds',
};
const sharesTooLarge: Text = { zh: '各人分配比例之和不得超过 100%', en: 'the shares must not exceed 100 percent' };
const sharesNotWhole: Text = {
  zh: '各人分配比例应全部填写且合计 100%，或全部不填',
  en: 'state every share, adding to 100 percent, or none',
};
const namedTwice: Text = { zh: '同一人只能列一次', en: 'is listed twice' };
const required: Text = { zh: '提交前必须填写', en: 'is required before the contract can be submitted' };
const wrongCreditCode: Text = { zh: '统一社会信用代码校验位不符', en: 'the check character of the code does not fit' };
const noAmount: Text = { zh: '合同总金额应大于 0', en: 'must be more than 0' };
const signedLater: Text = { zh: '签订日期晚于今天', en: 'is later than today' };
const rewardUnstated: Text = {
  zh: '未填写奖励比例。《促进科技成果转化法》第四十五条：未规定、未约定的，从转让、许可净收入中提取不低于 50% 奖励重要贡献人员。',
  en: 'No reward is stated. Where nothing is laid down or agreed, key contributors get at least 50 % of the net income (Law on Promoting the Transformation of S&T Achievements, art. 45).',
};
const rewardBelowHalf: Text = {
  zh: '奖励比例低于 50%，请确认单位规定或与科技人员的约定（《促进科技成果转化法》第四十五条）。',
  en: 'The reward is below 50 %; see that it was laid down or agreed with the contributors (Law on Promoting the Transformation of S&T Achievements, art. 45).',
};
const inventorSharesUnstated: Text = {
  zh: '未填写成果完成人之间的分配比例。',
  en: 'How the inventors share their part is not stated.',
};
