import type { Text } from '../core/text.ts';
import { bandsAbove, bandText } from './bands.ts';
import {
  confidentialGates,
  type GateReport,
  type HardGate,
  hardGates,
  type IndicatorCheck,
  type MatchDemand,
  type MatchFacts,
  type MatchResult,
  type NearMiss,
  pairKey,
  type SoftGate,
  softGates,
} from './types.ts';

/** A failed soft gate says what stands in the way and what change would remove it. */
type SoftFailure = { detail: Text; change: Text };

export type FilterOutcome = {
  /** Every gate but the confidential ones, in a fixed order. */
  gates: GateReport[];
  verdict: 'match' | 'near_miss' | 'out';
  nearMiss: NearMiss | null;
};

/** Levels of technology readiness by which an offer may lie below the wish and still count. */
const tolerableTrlGap = 1;

/** Passes a pair through all gates. One failed soft gate makes a near miss; a hard one, or two soft ones, end it. */
export function filterPair(
  demand: MatchDemand,
  result: MatchResult,
  facts: MatchFacts,
  indicators: readonly IndicatorCheck[],
  now: Date,
): FilterOutcome {
  const hard = hardGates.map((gate): GateReport => ({ gate, passed: !hardFailures[gate](demand, result, facts, now) }));
  const failures = softGates.map((gate) => ({ gate, failure: softFailures[gate](demand, result, indicators) }));
  const soft = failures.map(
    ({ gate, failure }): GateReport =>
      failure === undefined ? { gate, passed: true } : { gate, passed: false, detail: failure.detail },
  );
  const gates = [...hard.filter(({ gate }) => !confidentialGates.some((hidden) => hidden === gate)), ...soft];
  const missed = failures.flatMap(({ gate, failure }) => (failure === undefined ? [] : [{ gate, failure }]));
  if (hard.some(({ passed }) => !passed) || missed.length > 1) {
    return { gates, verdict: 'out', nearMiss: null };
  }
  const [only] = missed;
  return only === undefined
    ? { gates, verdict: 'match', nearMiss: null }
    : { gates, verdict: 'near_miss', nearMiss: { gate: only.gate, change: only.failure.change } };
}

type HardFailure = (demand: MatchDemand, result: MatchResult, facts: MatchFacts, now: Date) => boolean;

const hardFailures: Record<HardGate, HardFailure> = {
  CREDIT_RESTRICTED: (demand, result, { creditRestrictedOrganizationIds }) =>
    creditRestrictedOrganizationIds.has(demand.organizationId) ||
    creditRestrictedOrganizationIds.has(result.organizationId),
  EXPIRED: (demand, result, _facts, now) => isPast(demand.validUntil, now) || isPast(result.validUntil, now),
  SAME_ORGANIZATION: (demand, result) => demand.organizationId === result.organizationId,
  DISMISSED: (demand, result, { dismissedPairs }) => dismissedPairs.has(pairKey(demand.id, result.id)),
  EXCLUDED_BY_DEMAND: (demand, result, { excludedOrganizationIds }) =>
    excludedOrganizationIds.get(demand.id)?.has(result.organizationId) ?? false,
};

type SoftCheck = (
  demand: MatchDemand,
  result: MatchResult,
  indicators: readonly IndicatorCheck[],
) => SoftFailure | undefined;

const softFailures: Record<SoftGate, SoftCheck> = {
  COOPERATION_MODE_DISJOINT: cooperationFailure,
  EXCLUSIVITY_CONFLICT: exclusivityFailure,
  TRL_TOO_LOW: trlFailure,
  PRICE_ABOVE_BUDGET: priceFailure,
  MUST_HAVE_UNMET: mustHaveFailure,
};

function isPast(validUntil: Date | null, now: Date): boolean {
  return validUntil !== null && validUntil.getTime() <= now.getTime();
}

const modeTexts: Record<string, Text> = {
  commissioned_development: { zh: '委托开发', en: 'commissioned development' },
  joint_development: { zh: '合作开发', en: 'joint development' },
  transfer: { zh: '转让', en: 'transfer' },
  licence: { zh: '许可', en: 'licence' },
  consulting: { zh: '咨询', en: 'consulting' },
  service: { zh: '服务', en: 'service' },
  equity: { zh: '作价入股', en: 'contribution as equity' },
  other: { zh: '其他', en: 'other' },
};

function cooperationFailure(demand: MatchDemand, result: MatchResult): SoftFailure | undefined {
  const [wanted, offered] = [demand.cooperationModes, result.cooperationModes];
  if (wanted.length === 0 || offered.length === 0 || wanted.some((mode) => offered.includes(mode))) {
    return undefined;
  }
  const [wants, offers] = [modeList(wanted), modeList(offered)];
  return {
    detail: {
      zh: `需求方希望${wants.zh}，成果方提供${offers.zh}`,
      en: `${wants.en} is wanted, ${offers.en} is offered`,
    },
    change: {
      zh: `需求方接受${offers.zh}，或成果方同意${wants.zh}`,
      en: `accept ${offers.en}, or agree to ${wants.en}`,
    },
  };
}

export function modeList(modes: readonly string[]): Text {
  const texts = modes.map((mode) => modeTexts[mode] ?? { zh: mode, en: mode });
  return { zh: texts.map(({ zh }) => zh).join('、'), en: texts.map(({ en }) => en).join(' or ') };
}

function exclusivityFailure(demand: MatchDemand, result: MatchResult): SoftFailure | undefined {
  const wantsAlone = demand.exclusivity === 'exclusive' || demand.exclusivity === 'sole';
  if (wantsAlone && result.exclusivity === 'non_exclusive') {
    return {
      detail: {
        zh: '需求方希望独占或排他许可，成果方只提供普通许可',
        en: 'an exclusive licence is wanted, a non-exclusive one is offered',
      },
      change: { zh: '需求方接受非独占许可（普通许可）', en: 'accept a non-exclusive licence' },
    };
  }
  if (demand.exclusivity === 'non_exclusive' && (result.exclusivity === 'exclusive' || result.exclusivity === 'sole')) {
    return {
      detail: {
        zh: '需求方希望普通许可，成果方只提供独占或排他许可',
        en: 'a non-exclusive licence is wanted, an exclusive one is offered',
      },
      change: { zh: '需求方接受独占或排他许可', en: 'accept an exclusive licence' },
    };
  }
  return undefined;
}

function trlFailure({ targetTrl }: MatchDemand, { trl }: MatchResult): SoftFailure | undefined {
  if (targetTrl === null || trl === null || targetTrl - trl <= tolerableTrlGap) {
    return undefined;
  }
  const detail = {
    zh: `成果技术成熟度为${trl}级，需求方希望${targetTrl}级`,
    en: `TRL ${trl} offered, ${targetTrl} wanted`,
  };
  return {
    detail,
    change: {
      zh: `${detail.zh}：接受${trl}级，或先共同完成中试把成熟度提到${targetTrl - tolerableTrlGap}级`,
      en: `${detail.en}: accept TRL ${trl}, or raise it to ${targetTrl - tolerableTrlGap} together first`,
    },
  };
}

function priceFailure(demand: MatchDemand, result: MatchResult): SoftFailure | undefined {
  const above = bandsAbove(result.priceBand, demand.budgetBand);
  if (demand.budgetNegotiable || result.priceNegotiable || above === null || above <= 0) {
    return undefined;
  }
  const price = bandText(result.priceBand ?? 'negotiable');
  const budget = bandText(demand.budgetBand ?? 'negotiable');
  return {
    detail: { zh: `报价${price.zh}，预算${budget.zh}`, en: `price ${price.en}, budget ${budget.en}` },
    change: {
      zh: `把预算提高到${price.zh}，或成果方同意面议`,
      en: `raise the budget to ${price.en}, or make the price negotiable`,
    },
  };
}

function mustHaveFailure(
  _demand: MatchDemand,
  _result: MatchResult,
  indicators: readonly IndicatorCheck[],
): SoftFailure | undefined {
  const unmet = indicators.filter(({ mustHave, outcome }) => mustHave && outcome === 'short');
  if (unmet.length === 0) {
    return undefined;
  }
  const differences = unmet.map(({ name, wanted, offered }) => `${name}: ${wanted} / ${offered}`).join('; ');
  const names = unmet.map(({ name }) => name);
  return {
    detail: {
      zh: `必备指标未达到（要求/提供）：${differences}`,
      en: `a required indicator is not reached (wanted / offered): ${differences}`,
    },
    change: {
      zh: `放宽${names.map((name, at) => `${name}至${unmet[at]?.offered}`).join('、')}，或由成果方继续提升`,
      en: `relax ${names.map((name, at) => `${name} to ${unmet[at]?.offered}`).join(', ')}, or have it improved`,
    },
  };
}
