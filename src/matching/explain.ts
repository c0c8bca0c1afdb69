import type { Text } from '../core/text.ts';
import { bandText } from './bands.ts';
import { modeList } from './filter.ts';
import { writeNumber } from './quantities.ts';
import type {
  Contribution,
  ExplainedTerm,
  Explanation,
  Feature,
  IndicatorCheck,
  MatchDemand,
  MatchResult,
  NearMiss,
} from './types.ts';

export type ExplainInputs = {
  demand: MatchDemand;
  result: MatchResult;
  contributions: readonly Contribution[];
  indicators: readonly IndicatorCheck[];
  nearMiss: NearMiss | null;
  terms: readonly ExplainedTerm[];
};

const maxNamedTerms = 6;
const wordPattern = /\p{Script=Han}|\p{L}{2}/u;

/**
 * Sentences for a broker, from the same contributions that make the score. They name public fields only: money as its band, no
 * organization.
 */
export function explainPair(inputs: ExplainInputs): Explanation {
  const byFeature = new Map(inputs.contributions.map((contribution) => [contribution.feature, contribution]));
  const sentences = [
    textSentence(inputs, byFeature),
    ...inputs.indicators.map(indicatorSentence),
    ...conditionSentences(inputs, byFeature),
    inputs.nearMiss === null ? undefined : nearMissSentence(inputs.nearMiss),
  ].filter((sentence) => sentence !== undefined);
  return {
    zh: sentences.map(({ zh }) => zh),
    en: sentences.map(({ en }) => en),
    terms: [...inputs.terms],
  };
}

type ByFeature = ReadonlyMap<Feature, Contribution>;

function textSentence({ terms }: ExplainInputs, byFeature: ByFeature): Text {
  const points = ['titleRelevance', 'bodyRelevance', 'crossLanguageRelevance', 'keywordOverlap'] as const;
  const reached = points.reduce((sum, feature) => sum + (byFeature.get(feature)?.points ?? 0), 0);
  const weight = points.reduce((sum, feature) => sum + (byFeature.get(feature)?.weight ?? 0), 0);
  const share = weight > 0 ? reached / weight : 0;
  const [strengthZh, strengthEn] = strengthWords(share);
  const same = namedTerms(terms, 'same').map(({ resultText }) => resultText);
  const translated = namedTerms(terms, 'translated').map(
    ({ demandText, resultText }) => [demandText, resultText] as const,
  );
  const namedZh = [...same, ...translated.map(([wanted, offered]) => `${wanted}（${offered}）`)].slice(
    0,
    maxNamedTerms,
  );
  const namedEn = [...same, ...translated.map(([wanted, offered]) => `${wanted} (${offered})`)].slice(0, maxNamedTerms);
  if (namedZh.length === 0) {
    return { zh: `内容${strengthZh}。`, en: `The texts ${strengthEn}.` };
  }
  return {
    zh: `内容${strengthZh}，双方都提到：${namedZh.join('、')}。`,
    en: `The texts ${strengthEn}; both speak of ${namedEn.join(', ')}.`,
  };
}

function strengthWords(share: number): [string, string] {
  if (share >= 0.6) {
    return ['高度吻合', 'fit very well'];
  }
  if (share >= 0.4) {
    return ['比较吻合', 'fit well'];
  }
  return share >= 0.2 ? ['部分吻合', 'fit in part'] : ['关联较弱', 'have little in common'];
}

/** Numbers and single letters explain nothing; parts of a longer named term repeat it. */
function namedTerms(terms: readonly ExplainedTerm[], kind: ExplainedTerm['kind']): ExplainedTerm[] {
  const named: ExplainedTerm[] = [];
  for (const term of terms) {
    const text = term.demandText.toLowerCase();
    const repeats = named.some(({ demandText }) => demandText.toLowerCase().includes(text));
    if (term.kind === kind && wordPattern.test(text) && !repeats) {
      named.push(term);
    }
  }
  return named;
}

function indicatorSentence({ name, outcome, wanted, offered, shortBy }: IndicatorCheck): Text | undefined {
  switch (outcome) {
    case 'met':
      return {
        zh: `指标“${name}”达到：要求 ${wanted}，成果为 ${offered}。`,
        en: `Indicator "${name}" is met: ${wanted} wanted, ${offered} offered.`,
      };
    case 'short': {
      const by = shortBy === null ? '' : `${writeNumber(shortBy.value)} ${shortBy.unit}`.trim();
      return {
        zh: `指标“${name}”差 ${by}：要求 ${wanted}，成果为 ${offered}。`,
        en: `Indicator "${name}" is short by ${by}: ${wanted} wanted, ${offered} offered.`,
      };
    }
    case 'not_comparable':
      return {
        zh: `指标“${name}”单位不可比：要求 ${wanted}，成果为 ${offered}。`,
        en: `Indicator "${name}" cannot be compared: ${wanted} wanted, ${offered} offered.`,
      };
    case 'not_stated':
      return { zh: `成果未说明指标“${name}”。`, en: `The result does not state the indicator "${name}".` };
  }
}

function conditionSentences({ demand, result }: ExplainInputs, byFeature: ByFeature): (Text | undefined)[] {
  const stated = (feature: Feature): number | undefined => {
    const contribution = byFeature.get(feature);
    return contribution?.stated ? contribution.value : undefined;
  };
  return [
    fieldSentence(stated('technologyField')),
    trlSentence(demand, result, stated('trl')),
    cooperationSentence(demand, result, stated('cooperation')),
    priceSentence(demand, result, stated('price')),
    regionSentence(stated('region')),
  ];
}

function fieldSentence(value: number | undefined): Text | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (value === 1) {
    return { zh: '技术领域相同。', en: 'Same technology field.' };
  }
  return value > 0
    ? { zh: '技术领域相近。', en: 'Related technology field.' }
    : { zh: '技术领域不同。', en: 'Different technology field.' };
}

function trlSentence({ targetTrl }: MatchDemand, { trl }: MatchResult, value: number | undefined): Text | undefined {
  if (value === undefined) {
    return undefined;
  }
  return value === 1
    ? { zh: `成熟度${trl}级，满足要求的${targetTrl}级。`, en: `TRL ${trl}, ${targetTrl} wanted.` }
    : { zh: `成熟度${trl}级，低于要求的${targetTrl}级。`, en: `TRL ${trl} is below the ${targetTrl} wanted.` };
}

function cooperationSentence(demand: MatchDemand, result: MatchResult, value: number | undefined): Text | undefined {
  if (value === undefined || value === 0) {
    return undefined;
  }
  const shared = modeList(demand.cooperationModes.filter((mode) => result.cooperationModes.includes(mode)));
  return { zh: `双方都接受${shared.zh}。`, en: `Both sides accept ${shared.en}.` };
}

function priceSentence(demand: MatchDemand, result: MatchResult, value: number | undefined): Text | undefined {
  if (value === undefined) {
    return undefined;
  }
  const [price, budget] = [bandText(result.priceBand ?? 'negotiable'), bandText(demand.budgetBand ?? 'negotiable')];
  return value === 1
    ? {
        zh: `报价（${price.zh}）在预算（${budget.zh}）之内。`,
        en: `The price (${price.en}) is within the budget (${budget.en}).`,
      }
    : {
        zh: `报价（${price.zh}）高于预算（${budget.zh}）。`,
        en: `The price (${price.en}) is above the budget (${budget.en}).`,
      };
}

function regionSentence(value: number | undefined): Text | undefined {
  if (value === undefined || value < 0.6) {
    return undefined;
  }
  return value >= 0.8
    ? { zh: '双方在同一城市。', en: 'Both are in the same city.' }
    : { zh: '双方在同一省份。', en: 'Both are in the same province.' };
}

function nearMissSentence({ change }: NearMiss): Text {
  return { zh: `只差一项条件：${change.zh}。`, en: `One condition is in the way: ${change.en}.` };
}
