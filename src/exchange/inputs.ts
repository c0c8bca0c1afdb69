import { type Static, Type } from 'typebox';
import { importKinds, importStatuses } from '../../db/schema/index.ts';
import { contractFilters } from '../contracts/inputs.ts';
import { pageQuery } from '../core/paging.ts';
import { expertFilters } from '../experts/inputs.ts';
import { organizationFilters } from '../organizations/inputs.ts';
import { projectFilters } from '../projects/inputs.ts';
import { recordFilters } from '../records/inputs.ts';

export const ImportKind = Type.Enum([...importKinds]);
export type ImportKind = Static<typeof ImportKind>;

export const TemplateParams = Type.Object({
  file: Type.Enum(['demands.xlsx', 'results.xlsx', 'organizations.xlsx', 'experts.xlsx'], {
    examples: ['demands.xlsx'],
  }),
});

export const TemplateQuery = Type.Object(
  {
    campaignId: Type.Optional(
      Type.String({
        format: 'uuid',
        description:
          'For demands: its questions are columns, and what it asks for is marked. What is filled in is sent with this campaignId.',
      }),
    ),
  },
  { additionalProperties: false },
);

export const StartImport = Type.Object(
  {
    kind: ImportKind,
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, default: 'import', description: 'What the file is called.' }),
    ),
    campaignId: Type.Optional(
      Type.String({
        format: 'uuid',
        description:
          'For demands: what is made is submitted and entered in this open campaign. Its questions are columns, by their wording or code.',
      }),
    ),
  },
  { additionalProperties: false },
);
export type StartImport = Static<typeof StartImport>;

export const CommitImport = Type.Object(
  {
    faultyRows: Type.Optional(
      Type.Enum(['refuse', 'skip'], {
        default: 'refuse',
        description: 'refuse: nothing is imported while a row has problems; skip: the others are.',
      }),
    ),
    verify: Type.Optional(
      Type.Boolean({ default: false, description: 'For organizations: they are verified as they are added.' }),
    ),
    activate: Type.Optional(
      Type.Boolean({
        default: false,
        description: 'For experts: they are active, and public, as they are added; else they are drafts.',
      }),
    ),
  },
  { title: 'CommitImport', additionalProperties: false, examples: [{ faultyRows: 'skip' }] },
);
export type CommitImport = Static<typeof CommitImport>;

export const ListImports = Type.Object(
  { ...pageQuery, kind: Type.Optional(ImportKind), status: Type.Optional(Type.Enum([...importStatuses])) },
  { additionalProperties: false },
);
export type ListImports = Static<typeof ListImports>;

export const ListProblems = Type.Object(pageQuery, { additionalProperties: false });
export type ListProblems = Static<typeof ListProblems>;

const format = Type.Optional(Type.Enum(['xlsx', 'csv', 'json'], { default: 'xlsx' }));

export const ExportRecords = Type.Object({ format, ...recordFilters }, { additionalProperties: false });

export const ExportOrganizations = Type.Object({ format, ...organizationFilters }, { additionalProperties: false });

export const ExportExperts = Type.Object({ format, ...expertFilters }, { additionalProperties: false });

export const ExportProjects = Type.Object({ format, ...projectFilters }, { additionalProperties: false });

export const ExportContracts = Type.Object({ format, ...contractFilters }, { additionalProperties: false });

/** One row of a spreadsheet of organizations, beside `RegisterOrganization`. */
export const ImportedAdmin = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' }),
    email: Type.String({ format: 'email', maxLength: 200 }),
  },
  { title: 'ImportedAdmin', additionalProperties: false },
);
