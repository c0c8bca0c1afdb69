import { type Static, Type } from 'typebox';
import { AttachmentView, toAttachmentView } from '../../attachments/views.ts';
import type { EvidenceFileRow, EvidenceRow, SubmissionRow } from '../store.ts';
import { id, nullable } from './shared.ts';

export const SubmissionView = Type.Object(
  {
    id,
    number: Type.Integer({ description: 'From 1.' }),
    organizationId: id,
    submittedAt: Type.String({ format: 'date-time' }),
    statement: nullable.string,
    documents: Type.Array(Type.Object({ name: Type.String(), note: nullable.string })),
    attachments: Type.Array(AttachmentView, { description: 'The files that came along.' }),
    verdict: Type.Union([Type.Enum(['accepted', 'rework']), Type.Null()]),
    judgedAt: nullable.time,
    reworkReason: nullable.string,
  },
  {
    examples: [
      {
        id: '0192f0c4-ab00-7d45-8f05-718293a4b5c7',
        number: 1,
        organizationId: '0192f0c4-7d20-7a11-8e01-0b1c2d3e4f50',
        submittedAt: '2027-03-30T02:00:00.000Z',
        statement: '小试配方完成，三批次多糖含量均高于 1.2 g/100 g。',
        documents: [{ name: '第三方检测报告', note: '编号 2027-031' }],
        attachments: [],
        verdict: 'rework',
        judgedAt: '2027-04-02T02:00:00.000Z',
        reworkReason: '第三批样品未达标，请复测',
      },
    ],
  },
);
export type SubmissionView = Static<typeof SubmissionView>;

/** @param files of this and perhaps other submissions */
export function toSubmissionView(
  row: SubmissionRow,
  evidence: EvidenceRow | null,
  files: readonly EvidenceFileRow[],
): SubmissionView {
  return {
    id: row.id,
    number: row.number,
    organizationId: row.organizationId,
    submittedAt: row.submittedAt.toISOString(),
    statement: evidence?.statement ?? null,
    documents: evidence?.documents ?? [],
    attachments: files.filter((file) => file.submissionId === row.id).map(toAttachmentView),
    verdict: row.verdict,
    judgedAt: row.judgedAt?.toISOString() ?? null,
    reworkReason: row.reworkReason,
  };
}
