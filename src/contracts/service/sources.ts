import type { Tx } from '../../core/transaction.ts';
import { getDemandConfidential, getDemandRows } from '../../demands/service.ts';
import { getContact, getOrganizationRow } from '../../organizations/service.ts';
import { listMilestoneRows } from '../../projects/service.ts';
import { getResultConfidential, getResultRows } from '../../results/service.ts';
import { getTerms } from '../../vocabularies/service.ts';
import type { Contact, PrefillSources, SideSource } from '../rules.ts';

interface ProjectSource {
  id: string;
  title: string;
  budgetCny: number;
  demandId: string | null;
  resultId: string | null;
}

/**
 * What was typed in before: contacts under row-level security, so what the drafter may not see stays open. The demand
 * tells of its owner's contact, and of the result's the form takes only where those are the two sides.
 */
export async function loadSources(
  tx: Tx,
  project: ProjectSource,
  buyerId: string,
  sellerId: string,
): Promise<PrefillSources> {
  const [demand] = project.demandId === null ? [] : await getDemandRows(tx, [project.demandId]);
  const [result] = project.resultId === null ? [] : await getResultRows(tx, [project.resultId]);
  const fields = [...(demand?.technologyFields ?? []), ...(result?.technologyFields ?? [])];
  const terms = await getTerms(
    tx,
    fields.flatMap((code) => [
      { vocabulary: 'field-crosswalk' as const, code },
      { vocabulary: 'field-industry-crosswalk' as const, code },
    ]),
  );
  const crosswalk = (vocabulary: string) =>
    new Map(
      [...terms.values()].flatMap((term) =>
        term.vocabulary === vocabulary && term.parentCode !== null ? [[term.code, term.parentCode]] : [],
      ),
    );
  return {
    project: {
      title: project.title,
      budgetCny: project.budgetCny,
      milestones: await listMilestoneRows(tx, [project.id]),
    },
    buyer: await sideSource(tx, buyerId),
    seller: await sideSource(tx, sellerId),
    demand: demand
      ? {
          ...demand,
          contact: demand.organizationId === buyerId ? await demandContact(tx, demand.id) : null,
        }
      : null,
    result: result?.organizationId === sellerId ? { ...result, contact: await resultContact(tx, result.id) } : null,
    crosswalk: crosswalk('field-crosswalk'),
    industryOfField: crosswalk('field-industry-crosswalk'),
  };
}

async function demandContact(tx: Tx, id: string): Promise<Contact | null> {
  return (await getDemandConfidential(tx, id))?.contact ?? null;
}

async function resultContact(tx: Tx, id: string): Promise<Contact | null> {
  return (await getResultConfidential(tx, id))?.contact ?? null;
}

async function sideSource(tx: Tx, organizationId: string): Promise<SideSource> {
  const row = await getOrganizationRow(tx, organizationId);
  if (row === undefined) throw new Error(`a party of a project is no organization: ${organizationId}`);
  const { name, kind, creditCode, regionCode, industry } = row;
  const contact = await getContact(tx, organizationId);
  return {
    name,
    kind,
    creditCode,
    regionCode,
    industry,
    contact:
      contact?.name == null
        ? null
        : {
            name: contact.name,
            ...(contact.phone === null ? {} : { phone: contact.phone }),
            ...(contact.email === null ? {} : { email: contact.email }),
          },
  };
}
