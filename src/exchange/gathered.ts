import {
  answerFaults,
  type CampaignRow,
  demandFaults,
  enterAll,
  gatheredCodes,
  getCampaignRows,
  seeCampaign,
  shareGathering,
} from '../campaigns/service.ts';
import { chinaMinute } from '../core/clock.ts';
import type { Ctx } from '../core/ctx.ts';
import { found, type InputFault, invalidInput } from '../core/errors.ts';
import type { Tx } from '../core/transaction.ts';
import { createDemands, demandFaultsOf, getDemandRows } from '../demands/service.ts';
import type { ImportColumn } from './columns/column.ts';
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

/** The same for who looks at the campaign. @throws AppError NOT_FOUND, and as `kindFor` */
export async function kindSeen(ctx: Ctx, kind: ImportKind, campaignId: string): Promise<ImportedKind> {
  const campaign = await seeCampaign(ctx, campaignId);
  if (kind !== 'demand') throw onlyDemands();
  return gatheredDemands(campaign);
}

function onlyDemands() {
  return invalidInput({
    pointer: '/campaignId',
    code: 'kind',
    message: { zh: '征集只收需求', en: 'campaigns gather demands only' },
  });
}

/** What each question of a campaign goes by in a header, the last in any case; a demand's own columns win. */
function questionHeaders({ questions }: CampaignRow): Record<string, string[]> {
  return Object.fromEntries(
    questions.map(({ code, zh, en }) => [`answers.${code}`, [zh, en, code, `answers.${code}`]]),
  );
}

const askedNote = { zh: '本次征集必填', en: 'the campaign asks for it' };

/** The columns of a demand as this campaign wants them filled in. */
function askedColumns(campaign: CampaignRow): ImportColumn[] {
  const { requiredFields, technologyFields, activityTypes } = campaign;
  const asked = new Set([
    ...requiredFields,
    ...(technologyFields.length > 0 ? ['technologyFields'] : []),
    ...(activityTypes.length > 0 ? ['activityType'] : []),
  ]);
  const offered: Readonly<Record<string, (code: string) => boolean>> = gatheredCodes(campaign);
  return importedKinds.demand.columns.map((column) => {
    const { name, note } = column;
    const isOffered = offered[name];
    return {
      ...column,
      ...(isOffered === undefined ? {} : { isOffered }),
      ...(asked.has(name)
        ? { isAskedFor: true, note: { zh: `${askedNote.zh}；${note.zh}`, en: `${askedNote.en}; ${note.en}` } }
        : {}),
    };
  });
}

/** Demands as others are, but submitted, and entered in a campaign with the answers that stand in columns of their own. */
function gatheredDemands(campaign: CampaignRow): ImportedKind {
  const plain = importedKinds.demand;
  return {
    ...plain,
    columns: [...askedColumns(campaign), ...campaign.questions.map(questionColumn)],
    headers: questionHeaders(campaign),
    remarks: [
      ['征集 Campaign', campaign.title],
      ['截止时间（北京时间） Deadline in China', chinaMinute(campaign.deadline)],
    ],
    check: (input, owner) => {
      const { demand, answers } = partsOf(input);
      return [
        ...plain.check(demand, owner),
        ...demandFaults(campaign, withDefaults(demand, owner?.regionCode ?? campaign.regionCode)),
        ...answerFaults(campaign.questions, answers),
      ];
    },
    faultsOf: (tx, ctx, rows) => demandFaultsOf(tx, ctx, submitted(rows)),
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

/** As it will be made: what cells leave out is empty, and where it is, its organization is. */
function withDefaults(demand: Record<string, unknown>, regionCode: string) {
  return { technologyFields: [], activityType: null, ...demand, regionCode: String(demand.regionCode ?? regionCode) };
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
