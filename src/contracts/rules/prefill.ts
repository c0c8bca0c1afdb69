import type { Contact, ContractContent, Side } from './content.ts';

/** An organization as far as the form asks for it. */
export interface SideSource {
  name: string;
  kind: string;
  creditCode: string | null;
  regionCode: string;
  industry: string | null;
  contact: Contact | null;
}

/** What was typed in before a contract is drafted, by whom it may concern. */
export interface PrefillSources {
  project: { title: string; budgetCny: number; milestones: readonly { dueOn: string }[] };
  buyer: SideSource;
  seller: SideSource;
  demand: {
    cooperationModes: readonly string[];
    technologyFields: readonly string[];
    industry: string | null;
    exclusivity: string | null;
    contact: Contact | null;
  } | null;
  /** Null also where the seller is not the result's owner: what is known of the result says nothing of this contract. */
  result: {
    cooperationModes: readonly string[];
    technologyFields: readonly string[];
    applicationIndustries: readonly string[];
    exclusivity: string | null;
    ipr: readonly { kind: string }[];
    inventors: readonly { name: string }[];
    contact: Contact | null;
  } | null;
  /** Technology field -> contract field. */
  crosswalk: ReadonlyMap<string, string>;
  /** Technology field -> industry. */
  industryOfField: ReadonlyMap<string, string>;
}

type Kind = Pick<ContractContent, 'type' | 'subtype'>;

const kindOfMode: Readonly<Record<string, Kind>> = {
  commissioned_development: { type: 'technology_development', subtype: 'commissioned_development' },
  joint_development: { type: 'technology_development', subtype: 'joint_development' },
  transfer: { type: 'transfer', subtype: null },
  licence: { type: 'licence', subtype: null },
  consulting: { type: 'consulting', subtype: null },
  service: { type: 'service', subtype: null },
};

/** What is transferred or licensed, by the kind of right, where there is but one. */
const rightOfIpr: Readonly<Record<string, { transfer: string; licence: string }>> = {
  invention: { transfer: 'transfer_patent_right', licence: 'licence_patent' },
  utility_model: { transfer: 'transfer_patent_right', licence: 'licence_patent' },
  design: { transfer: 'transfer_patent_right', licence: 'licence_patent' },
  trade_secret: { transfer: 'transfer_technical_secret', licence: 'licence_technical_secret' },
  software_copyright: { transfer: 'transfer_software_copyright', licence: 'licence_software_copyright' },
  ic_layout: { transfer: 'transfer_ic_layout', licence: 'licence_ic_layout' },
  plant_variety: { transfer: 'transfer_plant_variety', licence: 'licence_plant_variety' },
};

const partyKindOf: Readonly<Record<string, string>> = {
  enterprise: 'domestic_enterprise',
  university: 'university',
  government: 'government_body',
};

function only<T>(values: Iterable<T>): T | null {
  const [first, ...others] = new Set(values);
  return first !== undefined && others.length === 0 ? first : null;
}

/** Values of both lists; of the one where the other says nothing. */
function common(left: readonly string[], right: readonly string[]): readonly string[] {
  if (left.length === 0 || right.length === 0) return [...left, ...right];
  return left.filter((value) => right.includes(value));
}

/** The type that the cooperation modes of both sides leave. @param chosen the type that the drafter named */
export function kindOf(sources: PrefillSources, chosen?: ContractContent['type']): Kind {
  const { demand, result } = sources;
  const modes = common(demand?.cooperationModes ?? [], result?.cooperationModes ?? []);
  const kinds = modes.flatMap((mode) => kindOfMode[mode] ?? []);
  const fitting = chosen ? kinds.filter((kind) => kind.type === chosen) : kinds;
  const kind = fitting.length === 1 ? (fitting[0] as Kind) : { type: chosen ?? null, subtype: null };
  const { type } = kind;
  if (kind.subtype !== null || (type !== 'transfer' && type !== 'licence')) return kind;
  const right = only((result?.ipr ?? []).map((item) => rightOfIpr[item.kind]?.[type] ?? null));
  return { type, subtype: right };
}

/**
 * The form as it follows from what is known already; null and [] are what is left to type. A pure function of what others
 * typed: it invents nothing and picks nothing where there are two answers.
 */
export function prefill(sources: PrefillSources, chosen?: ContractContent['type']): ContractContent {
  const { project, demand, result } = sources;
  const kind = kindOf(sources, chosen);
  const technologyField = fieldOf(sources);
  const wanted = [result?.exclusivity, demand?.exclusivity].filter((value) => value != null && value !== 'any');
  return {
    title: project.title,
    contractNumber: null,
    ...kind,
    exclusivity: kind.type === 'licence' ? (only(wanted) as ContractContent['exclusivity']) : null,
    totalAmountCny: project.budgetCny,
    technicalAmountCny: null,
    signedOn: null,
    startsOn: null,
    endsOn: project.milestones.reduce<string | null>(
      (last, { dueOn }) => (last === null || dueOn > last ? dueOn : last),
      null,
    ),
    paymentMode: project.milestones.length > 1 ? 'instalments' : 'lump_sum',
    technologyField,
    contractField: technologyField === null ? null : (sources.crosswalk.get(technologyField) ?? null),
    industry:
      demand?.industry ??
      sources.buyer.industry ??
      result?.applicationIndustries[0] ??
      sources.industryOfField.get(technologyField ?? '') ??
      null,
    socioeconomicGoal: null,
    planSource: null,
    // 'other' of a result is no kind that the form knows.
    iprKinds: [...new Set((result?.ipr ?? []).map((item) => item.kind).filter((each) => each !== 'other'))],
    buyer: sideOf(sources.buyer, demand?.contact ?? null),
    seller: sideOf(sources.seller, result?.contact ?? null),
    rewardPercent: null,
    inventorShares: [...new Set((result?.inventors ?? []).map(({ name }) => name))].map((name) => ({
      name,
      share: null,
    })),
  };
}

/** The first field that both sides name, else the demand's first: owners put the most fitting first. */
function fieldOf({ demand, result }: PrefillSources): string | null {
  const fields = demand?.technologyFields ?? [];
  const offered = result?.technologyFields ?? [];
  return fields.find((field) => offered.includes(field)) ?? fields[0] ?? offered[0] ?? null;
}

/** The contact named for this very demand or result, else the organization's. */
function sideOf(source: SideSource, contact: Contact | null): Side {
  return {
    name: source.name,
    creditCode: source.creditCode,
    kind: partyKindOf[source.kind] ?? null,
    regionCode: source.regionCode,
    contact: contact ?? source.contact,
    bank: null,
  };
}
