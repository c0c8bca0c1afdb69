import { loadQualityCues } from '../../../db/seed/quality-cues.ts';
import type { Ctx } from '../../core/ctx.ts';
import { found } from '../../core/errors.ts';
import { languageOf } from '../../core/text.ts';
import { readTransaction } from '../../core/transaction.ts';
import { type DemandRow, getDemandConfidential, getDemandRows } from '../../demands/service.ts';
import type { AdviseOnDemand } from '../inputs.ts';
import { mayAskAdvice, mayReadQuality } from '../policy.ts';
import { adviceFor, createElementReader, type Need, scoreQuality } from '../rules.ts';
import { type DemandQualityView, toDemandQualityView } from '../views.ts';

const readElements = createElementReader(loadQualityCues());

/** What a draft lacks, in the language it is written in. Nothing is kept. */
export async function adviseOnDemand(ctx: Ctx, input: AdviseOnDemand): Promise<DemandQualityView> {
  mayAskAdvice(ctx.actor);
  return viewQuality(input, input.language ?? languageOf([input.title, input.summary, input.problem].join('\n')));
}

/** How well a demand is told now, for its owner and its brokers. */
export async function getDemandQuality(ctx: Ctx, demandId: string): Promise<DemandQualityView> {
  return await readTransaction(ctx, async (tx) => {
    const demand = found((await getDemandRows(tx, [demandId]))[0]);
    mayReadQuality(ctx.actor, demand);
    return viewQuality(needOf(demand, await getDemandConfidential(tx, demandId)), demand.language);
  });
}

function viewQuality(need: Need, language: 'zh' | 'en'): DemandQualityView {
  const quality = scoreQuality(need, readElements);
  return toDemandQualityView(quality, adviceFor(quality, language));
}

type Confidential = Awaited<ReturnType<typeof getDemandConfidential>>;

function needOf(demand: DemandRow, confidential: Confidential): Need {
  const { decisionOwner = null, minCny = null, maxCny = null } = confidential ?? {};
  return { ...demand, decisionOwner, budget: { minCny, maxCny } };
}
