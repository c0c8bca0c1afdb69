import {
  answerFaults,
  type CampaignRow,
  demandFaults,
  enterAll,
  getCampaignRows,
  shareGathering,
} from '../campaigns/service.ts';
import type { Ctx } from '../core/ctx.ts';
import { found, type InputFault, invalidInput } from '../core/errors.ts';
import type { Tx } from '../core/transaction.ts';
import { createDemands, demandFaultsOf, getDemandRows } from '../demands/service.ts';
import { questionColumn } from './columns/questions.ts';
import type { ImportKind } from './inputs.ts';
import { type Candidate, drafts, type ImportedKind, importedKinds, type Made } from './kinds.ts';

type Answers = Record<string, string | number>;

/**
 * What is particular to a kind of record, and to the campaign that its rows are entered in where there is one.
 * @throws AppError INVALID_INPUT for what campaigns do not gather
 */
export async function kindFor(
  tx: Tx,
  { kind, campaignId }: { kind: ImportKind; campaignId: string | null },
): Promise<ImportedKind> {
  if (campaignId === null) return importedKinds[kind];
  if (kind !== 'demand') throw onlyDemands();
  const [campaign] = await getCampaignRows(tx, [campaignId]);
  return gatheredDemands(found(campaign));
}

function onlyDemands() {
  return invalidInput({
    pointer: '/campaignId',
    code: 'kind',
    message: { zh: '征集只收需求', en: 'campaigns gather demands only' },
  });
}

/** What each question of a campaign goes by in a header; a demand's own columns win. */
function questionHeaders({ questions }: CampaignRow): Record<string, string[]> {
  return Object.fromEntries(questions.map(({ code, zh, en }) => [`answers.${code}`, [zh, en, code]]));
}

/** Demands as others are, but submitted, and entered in a campaign with the answers that stand in columns of their own. */
function gatheredDemands(campaign: CampaignRow): ImportedKind {
  const plain = importedKinds.demand;
  return {
    ...plain,
    columns: [...campaign.questions.map(questionColumn), ...plain.columns],
    headers: questionHeaders(campaign),
    check: (input) => plain.check(partsOf(input as Record<string, unknown>).demand),
    faultsOf: (tx, ctx, rows) => faultsOf(tx, ctx, campaign, rows),
    make: (tx, ctx, rows) => make(tx, ctx, campaign.id, rows),
  };
}

function partsOf({ answers = {}, ...demand }: Record<string, unknown>): {
  demand: Record<string, unknown>;
  answers: Answers;
} {
  return { demand, answers: answers as Answers };
}

function submitted(rows: readonly Candidate[]) {
  const demands = rows.map(({ input, owner }) => ({ input: partsOf(input).demand, owner }));
  return drafts<Parameters<typeof createDemands>[2][number]['input']>(demands).map((draft) => ({
    ...draft,
    input: { ...draft.input, source: 'campaign' as const },
    isSubmitted: true,
  }));
}

async function faultsOf(tx: Tx, ctx: Ctx, campaign: CampaignRow, rows: readonly Candidate[]): Promise<InputFault[][]> {
  const ofDemands = await demandFaultsOf(tx, ctx, submitted(rows));
  return rows.map(({ input, owner }, at) => {
    const { demand, answers } = partsOf(input);
    const asked = {
      technologyFields: [],
      activityType: null,
      ...demand,
      regionCode: String(demand.regionCode ?? found(owner).regionCode),
    };
    return [...(ofDemands[at] ?? []), ...demandFaults(campaign, asked), ...answerFaults(campaign.questions, answers)];
  });
}

const closed: InputFault = {
  pointer: '/campaignId',
  code: 'closed',
  message: { zh: '征集已截止', en: 'the campaign has closed' },
};

async function make(tx: Tx, ctx: Ctx, campaignId: string, rows: readonly Candidate[]): Promise<Made[]> {
  const now = ctx.clock.now();
  const campaign = await shareGathering(tx, campaignId, now);
  if (campaign === null) return rows.map(() => ({ faults: [closed] }));
  const made = await createDemands(tx, ctx, submitted(rows));
  const ids = made.flatMap((one) => ('id' in one ? [one.id] : []));
  const demands = new Map((await getDemandRows(tx, ids)).map((row) => [row.id, row]));
  const entering = made.flatMap((one, at) => {
    const input = rows[at]?.input;
    if (!('id' in one) || input === undefined) return [];
    return [{ demand: found(demands.get(one.id)), answers: partsOf(input).answers }];
  });
  await enterAll(tx, ctx, campaign, entering, now);
  return made;
}
