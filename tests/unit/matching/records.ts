import { createDictionary, type Dictionary } from '../../../src/matching/engine/dictionary.ts';
import { createEngine } from '../../../src/matching/engine/engine.ts';
import type { RankContext } from '../../../src/matching/rank.ts';
import { resultText } from '../../../src/matching/record-text.ts';
import { createTextMatcher } from '../../../src/matching/text-match.ts';
import { type MatchDemand, type MatchFacts, type MatchResult, noFacts } from '../../../src/matching/types.ts';

export const now = new Date('2026-11-20T00:00:00Z');

export const smallDictionary: Dictionary = createDictionary([
  { zh: '抗拉强度', en: ['tensile strength'] },
  { zh: '铟', en: ['indium'] },
  { zh: '膜电解', en: ['membrane electrolysis'] },
  { zh: '固废', en: ['solid waste'] },
  { zh: '纯度', en: ['purity'] },
  { zh: '电池', en: ['battery', 'cell'] },
  { zh: '预警', en: ['early warning', 'warning'] },
]);

export function demandOf(changes: Partial<MatchDemand> = {}): MatchDemand {
  return {
    id: 'd-1',
    version: 1,
    organizationId: 'enterprise-1',
    title: '从含锌固废中提取高纯铟',
    summary: '现有工艺只能得到粗铟，希望用膜电解得到6N高纯铟。',
    problem: '含锌固废成分复杂，杂质难以除尽。',
    keyTechnology: '膜电解提纯',
    expectedOutcome: null,
    indicators: [],
    alreadyTried: null,
    notAcceptable: null,
    keywords: ['高纯铟', '膜电解', '固废'],
    technologyFields: ['401'],
    industry: '32',
    cooperationModes: ['joint_development'],
    budgetBand: '1m_5m',
    budgetNegotiable: false,
    targetTrl: 6,
    exclusivity: null,
    regionCode: '640300',
    validUntil: null,
    publishedAt: new Date('2026-11-01T00:00:00Z'),
    language: 'zh',
    anonymous: false,
    ...changes,
  };
}

export function resultOf(changes: Partial<MatchResult> = {}): MatchResult {
  return {
    id: 'r-1',
    version: 1,
    organizationId: 'university-1',
    title: '膜电解法制备高纯铟',
    summary: '以含锌固废为原料，经浸出、萃取和膜电解得到高纯铟。',
    description: '中试线连续运行三个月。',
    advantages: null,
    indicators: [],
    keywords: ['高纯铟', '膜电解'],
    technologyFields: ['401'],
    applicationIndustries: ['32'],
    trl: 6,
    stage: 'pilot',
    iprCount: 2,
    cooperationModes: ['joint_development', 'licence'],
    priceBand: '1m_5m',
    priceNegotiable: false,
    exclusivity: 'non_exclusive',
    regionCode: '430100',
    validUntil: null,
    publishedAt: new Date('2026-10-01T00:00:00Z'),
    language: 'zh',
    ...changes,
  };
}

/** Results about other things, so that words have statistics. */
export const otherResults: MatchResult[] = [
  resultOf({
    id: 'r-milk',
    title: '枸杞功能性牛奶',
    summary: '枸杞汁与牛奶复配。',
    description: null,
    keywords: ['枸杞', '牛奶'],
  }),
  resultOf({
    id: 'r-wine',
    title: '酿酒葡萄生态栽培',
    summary: '葡萄园水肥管理。',
    description: null,
    keywords: ['葡萄'],
  }),
  resultOf({
    id: 'r-battery',
    title: 'Early warning of battery failure',
    summary: 'Gas sensors give a warning before a cell fails.',
    description: null,
    keywords: ['battery'],
    language: 'en',
  }),
];

export function contextOf(
  results: readonly MatchResult[] = [resultOf(), ...otherResults],
  facts: Partial<MatchFacts> = {},
): RankContext {
  const engine = createEngine({ dictionary: smallDictionary });
  for (const result of results) {
    engine.upsert({ id: result.id, fields: resultText(result).fields });
  }
  return { text: createTextMatcher(engine), facts: { ...noFacts, ...facts }, now };
}
