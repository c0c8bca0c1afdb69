import { found, type InputFault } from '../../core/errors.ts';
import type { Tx } from '../../core/transaction.ts';
import { checkTerms, getTerms, type TermUse } from '../../vocabularies/service.ts';
import { type ContractContent, contentFaults } from '../rules.ts';
import { type ConfidentialRow, type ContractRow, listConfidentialRows, type NewContract } from '../store.ts';
import { contentOf } from '../views.ts';

/** The form as it stands. */
export async function loadContent(tx: Tx, row: ContractRow): Promise<ContractContent> {
  return contentOf(row, found((await listConfidentialRows(tx, [row.id])).get(row.id)));
}

/**
 * Of the two lists of fields, sets the one that was not named from the one that was: the contract field follows a technology
 * field, and a technology field that nobody has stated a contract field.
 */
export async function relateFields(
  tx: Tx,
  content: ContractContent,
  named: { technologyField?: string | null; contractField?: string | null },
): Promise<void> {
  if (named.contractField === undefined) {
    if (named.technologyField !== undefined)
      content.contractField = await across(tx, 'field-crosswalk', content.technologyField);
  } else if (content.technologyField === null && named.technologyField === undefined)
    content.technologyField = await across(tx, 'contract-field-crosswalk', content.contractField);
}

async function across(tx: Tx, vocabulary: TermUse['vocabulary'], code: string | null): Promise<string | null> {
  if (code === null) return null;
  return (await getTerms(tx, [{ vocabulary, code }])).get(`${vocabulary}/${code}`)?.parentCode ?? null;
}

/** The codes in a form, each with its vocabulary and the pointer that sets it. */
export function termsOf(content: ContractContent): TermUse[] {
  const plain = [
    ['contract-types', 'type'],
    ['contract-types', 'subtype'],
    ['payment-modes', 'paymentMode'],
    ['technology-fields', 'technologyField'],
    ['contract-fields', 'contractField'],
    ['industries', 'industry'],
    ['socioeconomic-goals', 'socioeconomicGoal'],
    ['plan-sources', 'planSource'],
  ] as const;
  const uses: (TermUse | { code: null })[] = [
    ...plain.map(([vocabulary, field]) => ({ vocabulary, code: content[field], pointer: `/${field}` })),
    ...content.iprKinds.map((code, at) => ({
      vocabulary: 'contract-ipr-kinds' as const,
      code,
      pointer: `/iprKinds/${at}`,
    })),
    ...(['buyer', 'seller'] as const).flatMap((side) => [
      { vocabulary: 'contract-party-kinds' as const, code: content[side].kind, pointer: `/${side}/kind` },
      { vocabulary: 'regions' as const, code: content[side].regionCode, pointer: `/${side}/regionCode` },
    ]),
  ] as (TermUse | { code: null })[];
  return uses.filter((use): use is TermUse => use.code !== null);
}

/**
 * What a form must keep to while it is being written.
 * @param former codes that stood in it before may stay, though an administrator has retired them since
 */
export async function checkContent(tx: Tx, content: ContractContent, former?: ContractContent): Promise<void> {
  const faults = [...contentFaults(content), ...(await subtypeFaults(tx, content))];
  const kept = new Set((former === undefined ? [] : termsOf(former)).map((use) => `${use.pointer} ${use.code}`));
  const uses = termsOf(content).filter((use) => !kept.has(`${use.pointer} ${use.code}`));
  await checkTerms(tx, uses, faults);
}

async function subtypeFaults(tx: Tx, { type, subtype }: ContractContent): Promise<InputFault[]> {
  if (subtype === null) return [];
  const term = (await getTerms(tx, [{ vocabulary: 'contract-types', code: subtype }])).get(`contract-types/${subtype}`);
  if (term === undefined || (term.parentCode !== null && term.parentCode === type)) return [];
  return [
    {
      pointer: '/subtype',
      code: 'type',
      message: { zh: '该子类不属于所选合同类别', en: 'is no sub-type of the type' },
    },
  ];
}

type OpenColumns = Pick<NewContract & ContractRow, Exclude<keyof ContractContent, 'inventorShares'>>;
type ConfidentialColumns = Omit<ConfidentialRow, 'contractId'>;

/** A form taken apart by who may see it, since each part is stored apart. */
export function columnsOf(content: ContractContent): { open: OpenColumns; confidential: ConfidentialColumns } {
  const { buyer, seller, inventorShares, ...open } = content;
  const { contact: buyerContact, bank: buyerBank, ...buyerParty } = buyer;
  const { contact: sellerContact, bank: sellerBank, ...sellerParty } = seller;
  return {
    open: { ...open, buyer: buyerParty, seller: sellerParty },
    confidential: { buyerContact, buyerBank, sellerContact, sellerBank, inventorShares },
  };
}
