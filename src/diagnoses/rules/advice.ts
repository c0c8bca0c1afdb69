import type { Text } from '../../core/text.ts';
import type { Quality, QualityPart } from './quality.ts';

export interface Advice {
  part: QualityPart;
  /** Points that the score may gain by it. */
  gain: number;
  text: string;
}

const texts: Readonly<Record<QualityPart, Text>> = {
  material: {
    zh: '写明处理的是什么：原料、材料或对象的成分、规格和数量。',
    en: 'Say what is treated: the raw material or object, its composition, grade and amount.',
  },
  method: {
    zh: '写明现在的工艺或方法，以及认为关键的技术环节。',
    en: 'Say by which process or method you work now, and which step you take for the key to it.',
  },
  effect: {
    zh: '写明要改善的性能，例如纯度、效率、寿命、能耗或合格率，以及现在的水平。',
    en: 'Say which property shall improve (purity, efficiency, lifetime, consumption, yield) and where it stands today.',
  },
  product: {
    zh: '写明希望得到什么：样机、装置、配方、软件还是工艺包。',
    en: 'Say what you want to receive: a prototype, a device, a formulation, software or a process package.',
  },
  application: {
    zh: '写明用在哪里：产线、车间、现场的工况和规模。',
    en: 'Say where it will be used: the line, the site, its conditions and its size.',
  },
  indicators: {
    zh: '至少给出两项可测量的指标：名称、数值和单位，例如“铟纯度 ≥ 99.999 %”。',
    en: 'Give at least two targets that can be measured: name, value and unit, such as “purity ≥ 99.999 %”.',
  },
  decisionOwner: {
    zh: '写明由谁拍板（仅本单位和所属市场可见）。',
    en: 'Say who decides (seen by your organization and its market only).',
  },
  budget: {
    zh: '给出预算范围（仅公开所在档次，具体金额保密）。',
    en: 'Give a range for the budget (the public sees its band, the amounts stay confidential).',
  },
  triedApproaches: {
    zh: '写明试过哪些办法、为什么不行，可以少走弯路。',
    en: 'Say what you have tried and why it failed, so that nobody offers it again.',
  },
};

/** What to say next, what gains most first. */
export function adviceFor({ parts }: Quality, language: 'zh' | 'en'): Advice[] {
  return parts
    .filter(({ points, maxPoints }) => points < maxPoints)
    .map(({ part, points, maxPoints }) => ({ part, gain: maxPoints - points, text: texts[part][language] }))
    .toSorted((a, b) => b.gain - a.gain);
}
