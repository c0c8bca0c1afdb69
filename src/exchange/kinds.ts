import { Type } from 'typebox';
import { inviteAdmin, listTakenEmails, normalEmail, unknownPassword } from '../auth/service.ts';
import type { UserActor } from '../core/actor.ts';
import type { Ctx } from '../core/ctx.ts';
import type { InputFault } from '../core/errors.ts';
import type { Tx } from '../core/transaction.ts';
import { CreateDemand } from '../demands/inputs.ts';
import { createDemands, demandFaultsOf, findDemandsByCode } from '../demands/service.ts';
import { CreateExpert } from '../experts/inputs.ts';
import { createExperts, type ExpertDraft, expertFaultsOf, findExpertsByKey } from '../experts/service.ts';
import { bodyChecker } from '../http/validation.ts';
import { RegisterOrganization } from '../organizations/inputs.ts';
import {
  addOrganization,
  homeMarketOf,
  listTakenCreditCodes,
  type OrganizationRow,
  verifyAddedOrganization,
} from '../organizations/service.ts';
import { CreateResult } from '../results/inputs.ts';
import { createResults, findResultsByCode, resultFaultsOf } from '../results/service.ts';
import type { ImportColumn } from './columns/column.ts';
import { demandColumns } from './columns/demands.ts';
import { expertColumns } from './columns/experts.ts';
import { organizationColumns } from './columns/organizations.ts';
import { resultColumns } from './columns/results.ts';
import { ImportedAdmin, type ImportKind } from './inputs.ts';

/** A row that is to be made a record of. */
export interface Candidate {
  input: Record<string, unknown>;
  /** Whose it will be; null for an organization. */
  owner: OrganizationRow | null;
}

export type Made = { id: string } | { faults: InputFault[] };

/** What is particular to a kind of record when it comes by spreadsheet. */
export interface ImportedKind {
  /** As in the names of templates and of `db/seed/import-headers.json`. */
  plural: 'demands' | 'results' | 'organizations' | 'experts';
  sheet: string;
  columns: readonly ImportColumn[];
  /** What columns go by that `db/seed/import-headers.json` does not know. */
  headers?: Readonly<Record<string, readonly string[]>>;
  /** What the template says above its notes. */
  remarks?: readonly (readonly string[])[];
  /** Who posts such records; null for organizations, which are nobody's. */
  ownedBy: 'enterprise' | 'university' | null;
  /** Records that carry these codes: a file that was exported names its rows by them. */
  findByCode(tx: Tx, codes: readonly string[]): Promise<{ id: string; code: string; organizationId: string }[]>;
  /** What the schema of the verb's input has against it, and what else can be told of the row alone. */
  check(input: Record<string, unknown>, owner: OrganizationRow | null): InputFault[];
  /** What only a look at the database finds, row by row. */
  faultsOf(tx: Tx, ctx: Ctx, rows: readonly Candidate[]): Promise<InputFault[][]>;
  /** Makes the records through the verbs that make them one by one. */
  make(tx: Tx, ctx: Ctx, rows: readonly Candidate[], options: MakeOptions): Promise<Made[]>;
}

/** What the sender chose for all rows of a file. */
export interface MakeOptions {
  /** Of organizations. */
  verify: boolean;
  /** Of experts. */
  activate: boolean;
}

interface Imported {
  organization: RegisterOrganization;
  admin: { name: string; email: string };
}

const ImportedOrganization = Type.Object(
  { organization: RegisterOrganization, admin: ImportedAdmin },
  { additionalProperties: false },
);

/** What is typed as the input of a record has been checked against its schema. */
export function drafts<Input>(
  rows: readonly Candidate[],
): { input: Input & { title: string }; organization: OrganizationRow }[] {
  return rows.flatMap(({ input, owner }) =>
    owner === null
      ? []
      : [{ input: { ...input, source: 'import' } as unknown as Input & { title: string }, organization: owner }],
  );
}

function expertDrafts(rows: readonly Candidate[]): ExpertDraft[] {
  return rows.flatMap(({ input, owner }) =>
    owner === null ? [] : [{ input: input as unknown as CreateExpert, organization: owner }],
  );
}

export const importedKinds: Readonly<Record<ImportKind, ImportedKind>> = {
  demand: {
    plural: 'demands',
    sheet: '技术需求',
    columns: demandColumns,
    ownedBy: 'enterprise',
    findByCode: findDemandsByCode,
    check: bodyChecker(CreateDemand),
    faultsOf: (tx, ctx, rows) => demandFaultsOf(tx, ctx, drafts(rows)),
    make: (tx, ctx, rows) => createDemands(tx, ctx, drafts(rows)),
  },
  result: {
    plural: 'results',
    sheet: '科技成果',
    columns: resultColumns,
    ownedBy: 'university',
    findByCode: findResultsByCode,
    check: bodyChecker(CreateResult),
    faultsOf: (tx, ctx, rows) => resultFaultsOf(tx, ctx, drafts(rows)),
    make: (tx, ctx, rows) => createResults(tx, ctx, drafts(rows)),
  },
  organization: {
    plural: 'organizations',
    sheet: '机构',
    columns: organizationColumns,
    ownedBy: null,
    // By their credit codes, which are taken then.
    findByCode: async () => [],
    check: bodyChecker(ImportedOrganization),
    faultsOf: organizationFaults,
    make: makeOrganizations,
  },
  expert: {
    plural: 'experts',
    sheet: '专家',
    columns: expertColumns,
    ownedBy: 'university',
    // Profiles have no codes: an exported file names them by their ids.
    findByCode: findExpertsByKey,
    check: bodyChecker(CreateExpert),
    faultsOf: (tx, ctx, rows) => expertFaultsOf(tx, ctx, expertDrafts(rows)),
    make: (tx, ctx, rows, { activate }) =>
      createExperts(
        tx,
        ctx,
        expertDrafts(rows).map((draft) => ({ ...draft, isActivated: activate })),
      ),
  },
};

/** Codes and addresses that are taken, also by a row before; and regions of other markets. */
async function organizationFaults(tx: Tx, ctx: Ctx, rows: readonly Candidate[]): Promise<InputFault[][]> {
  const inputs = rows.map(({ input }) => input as unknown as Imported);
  const { marketIds } = ctx.actor as UserActor;
  const codes = await listTakenCreditCodes(
    tx,
    inputs.flatMap(({ organization: { creditCode } }) => (creditCode === undefined ? [] : [creditCode])),
  );
  const emails = await listTakenEmails(
    tx,
    inputs.map(({ admin }) => normalEmail(admin.email)),
  );
  const isAbroad = new Map<string, boolean>();
  const faults: InputFault[][] = [];
  for (const { organization, admin } of inputs) {
    const { creditCode, regionCode } = organization;
    const email = normalEmail(admin.email);
    const found: InputFault[] = [];
    if (creditCode !== undefined && codes.has(creditCode)) found.push(takenCode);
    if (emails.has(email)) found.push(takenEmail);
    if (!isAbroad.has(regionCode))
      isAbroad.set(regionCode, !marketIds.includes((await homeMarketOf(tx, regionCode)).id));
    if (isAbroad.get(regionCode)) found.push(foreignRegion);
    if (creditCode !== undefined) codes.add(creditCode);
    emails.add(email);
    faults.push(found);
  }
  return faults;
}

const takenCode: InputFault = {
  pointer: '/organization/creditCode',
  code: 'taken',
  message: { zh: '该统一社会信用代码已登记', en: 'this credit code is registered already' },
};
const takenEmail: InputFault = {
  pointer: '/admin/email',
  code: 'taken',
  message: { zh: '该邮箱已有账号', en: 'this address has an account already' },
};
const foreignRegion: InputFault = {
  pointer: '/organization/regionCode',
  code: 'territory',
  message: { zh: '该地区不属于您所在市场', en: 'this region is not of your market' },
};

/**
 * Each with its admin, who sets a password by mail: without one nobody could ever sign in for it, since its credit code
 * is then taken.
 */
async function makeOrganizations(tx: Tx, ctx: Ctx, rows: readonly Candidate[], options: MakeOptions): Promise<Made[]> {
  const faults = await organizationFaults(tx, ctx, rows);
  const passwordHash = await unknownPassword();
  const made: Made[] = [];
  for (const [at, { input }] of rows.entries()) {
    const found = faults[at] ?? [];
    if (found.length > 0) {
      made.push({ faults: found });
      continue;
    }
    const { organization, admin } = input as unknown as Imported;
    const row = await addOrganization(tx, ctx, organization);
    await inviteAdmin(tx, ctx, row, { ...admin, passwordHash });
    if (options.verify) await verifyAddedOrganization(tx, ctx, row);
    made.push({ id: row.id });
  }
  return made;
}
