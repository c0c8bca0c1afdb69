import { loadQualityCues } from '../../../db/seed/quality-cues.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { languageOf } from '../../core/text.ts';
import { readTransaction } from '../../core/transaction.ts';
import { type DemandRow, getDemandConfidential, getDemandRows } from '../../demands/service.ts';
import type { AdviseOnDemand } from '../inputs.ts';
import { mayAskAdvice, mayReadQuality } from '../policy.ts';
import { adviceFor, createElementReader, type Need, type Quality, scoreQuality } from '../rules.ts';
import { listVersionsOfDemand } from '../store.ts';
import { type AdviceView, type DemandQualityView, toAdviceView, toScoreHistory } from '../views.ts';

const readElements = createElementReader(loadQualityCues());

export function qualityOf(need: Need): Quality {
  return scoreQuality(need, readElements);
}

/** What a draft lacks, in the language it is written in. Nothing is kept. */
export async function adviseOnDemand(ctx: Ctx, input: AdviseOnDemand): Promise<AdviceView> {
  mayAskAdvice(ctx.actor);
  return advise(input, input.language ?? languageOf([input.title, input.summary, input.problem].join('\n')));
}

/** How well a demand is told now, and what diagnosis has gained, for its owner and its brokers. */
export async function getDemandQuality(ctx: Ctx, demandId: string): Promise<DemandQualityView> {
  return await readTransaction(ctx, async (tx) => {
    const demand = found((await getDemandRows(tx, [demandId]))[0]);
    mayReadQuality(ctx.actor, demand);
    const advice = advise(needOf(demand, await getDemandConfidential(tx, demandId)), demand.language);
    return { ...advice, history: toScoreHistory(await listVersionsOfDemand(tx, demandId)) };
  });
}

function advise(need: Need, language: 'zh' | 'en'): AdviceView {
  const quality = qualityOf(need);
  return toAdviceView(quality, adviceFor(quality, language));
}

type Confidential = Awaited<ReturnType<typeof getDemandConfidential>>;

export function needOf(demand: DemandRow, confidential: Confidential): Need {
  const { decisionOwner = null, minCny = null, maxCny = null } = confidential ?? {};
  return { ...demand, decisionOwner, budget: { minCny, maxCny } };
}
