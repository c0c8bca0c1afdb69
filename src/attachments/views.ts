import { type Static, Type } from 'typebox';
import type { AttachmentRow } from './store.ts';

const example = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  name: '工艺流程说明.pdf',
  mediaType: 'application/pdf',
  sizeBytes: 482_113,
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  createdAt: '2026-11-22T02:00:00.000Z',
};

export const AttachmentView = Type.Object(
  {
    id: Type.String({ format: 'uuid' }),
    name: Type.String(),
    mediaType: Type.String({
      description: 'What the file was found to be when it came.',
    }),
    sizeBytes: Type.Integer(),
    sha256: Type.String({ description: 'Hexadecimal.' }),
    createdAt: Type.String({ format: 'date-time' }),
  },
  {
    title: 'AttachmentView',
    examples: [example],
  },
);
export type AttachmentView = Static<typeof AttachmentView>;

export const AttachmentListView = Type.Object(
  { items: Type.Array(AttachmentView) },
  { title: 'AttachmentListView', examples: [{ items: [example] }] },
);
export type AttachmentListView = Static<typeof AttachmentListView>;

export function toAttachmentView(row: Pick<AttachmentRow, 'id' | 'name' | 'createdAt' | 'file'>): AttachmentView {
  return {
    id: row.id,
    name: row.name,
    mediaType: row.file.mediaType,
    sizeBytes: row.file.sizeBytes,
    sha256: row.file.sha256,
    createdAt: row.createdAt.toISOString(),
  };
}
