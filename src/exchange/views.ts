import { type Static, Type } from 'typebox';
import { importKinds, importStatuses } from '../../db/schema/index.ts';
import { columnLetters } from '../core/workbook.ts';
import type { ImportRow, ProblemRow } from './store.ts';

const Nullable = { string: Type.Union([Type.String(), Type.Null()]) };

const example = {
  id: '0192f0c4-9d00-7f11-8a01-2b3c4d5e6f70',
  version: 1,
  kind: 'demand',
  status: 'checked',
  name: '利通区征集.xlsx',
  format: 'xlsx',
  encoding: null,
  sheet: '技术需求',
  headerRow: 1,
  columns: [
    { at: 'A', header: '需求名称', field: 'title' },
    { at: 'B', header: '备注', field: null },
  ],
  counts: { total: 120, ready: 105, faulty: 15, existing: 0, created: 0 },
  campaignId: null,
  jobId: null,
  expiresAt: '2026-12-22T02:00:00.000Z',
  createdAt: '2026-11-22T02:00:00.000Z',
};

export const ImportView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    version: Type.Integer(),
    kind: Type.Enum([...importKinds]),
    status: Type.Enum([...importStatuses], {
      description:
        'reading: its rows are being checked; checked: read, and nothing made of it yet; committing: the job makes records; done.',
    }),
    name: Type.String(),
    format: Type.Enum(['xlsx', 'csv']),
    encoding: Nullable.string,
    sheet: Nullable.string,
    headerRow: Type.Integer(),
    columns: Type.Array(
      Type.Object({
        at: Type.String(),
        header: Type.String(),
        field: Type.Union([Type.String(), Type.Null()], { description: 'null: not recognised, and left out.' }),
      }),
    ),
    counts: Type.Object(
      {
        total: Type.Integer(),
        ready: Type.Integer({ description: 'Will be made.' }),
        faulty: Type.Integer({ description: 'Have problems.' }),
        existing: Type.Integer({ description: 'Were imported before, and are not made again.' }),
        created: Type.Integer(),
      },
      { description: 'Rows. Each is in one of the last four.' },
    ),
    campaignId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
      description: 'Where its demands are entered.',
    }),
    jobId: Type.Union([Type.String({ format: 'uuid' }), Type.Null()], {
      description: 'Progress: GET /v1/jobs/{id} and its stream.',
    }),
    expiresAt: Type.String({ format: 'date-time', description: 'The rows are deleted then.' }),
    createdAt: Type.String({ format: 'date-time' }),
  },
  { title: 'ImportView', examples: [example] },
);
export type ImportView = Static<typeof ImportView>;

export const ImportProblemView = Type.Object(
  {
    row: Type.Integer({ description: 'As the spreadsheet counts.' }),
    column: Type.Union([Type.String(), Type.Null()], { description: 'Its letter; null for one that the file lacks.' }),
    header: Type.String(),
    code: Type.String(),
    message: Type.Object({ zh: Type.String(), en: Type.String() }),
  },
  {
    title: 'ImportProblemView',
    examples: [
      {
        row: 7,
        column: 'F',
        header: '技术领域',
        code: 'vocabulary',
        message: {
          zh: '“新材料类”不在词表 technology-fields 中，请从下拉列表选择',
          en: '"新材料类" is not in the vocabulary technology-fields; choose from the list',
        },
      },
    ],
  },
);
export type ImportProblemView = Static<typeof ImportProblemView>;

export function toImportView(row: ImportRow): ImportView {
  const { id, version, kind, status, name, format, encoding, sheet, headerRow } = row;
  return {
    id,
    version,
    kind,
    status,
    name,
    format,
    encoding,
    sheet,
    headerRow,
    columns: row.columns.map((one) => ({ at: columnLetters(one.at), header: one.header, field: one.name })),
    counts: {
      total: row.total,
      ready: row.ready,
      faulty: row.faulty,
      existing: row.existing,
      created: row.created,
    },
    campaignId: row.campaignId,
    jobId: row.jobId,
    expiresAt: row.expiresAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
  };
}

export function toProblemViews({ rowNumber, problems }: ProblemRow): ImportProblemView[] {
  return problems.map(({ column, header, code, message }) => ({
    row: rowNumber,
    column: column === null ? null : columnLetters(column),
    header,
    code,
    message,
  }));
}
