import { type Static, Type } from 'typebox';
import type { LinkRow } from './store.ts';

/** For the staff of markets. */
export const DuplicateLinkView = Type.Object(
  {
    id: Type.String({ format: 'uuid', description: 'Of the other record.' }),
    code: Type.String(),
    title: Type.String(),
    status: Type.String(),
    reason: Type.String(),
    linkedByUserId: Type.String({ format: 'uuid' }),
    linkedAt: Type.String({ format: 'date-time' }),
  },
  {
    title: 'DuplicateLinkView',
    examples: [
      {
        id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
        code: 'D2026-430200-000123',
        title: '含锌固废中高纯铟的回收提纯',
        status: 'published',
        reason: '同一条产线的两次填报',
        linkedByUserId: '0192f0c4-0000-7000-8000-000000000009',
        linkedAt: '2026-11-22T02:00:00.000Z',
      },
    ],
  },
);
export type DuplicateLinkView = Static<typeof DuplicateLinkView>;

export const DuplicateLinksView = Type.Object(
  { items: Type.Array(DuplicateLinkView) },
  { title: 'DuplicateLinksView', examples: [{ items: [] }] },
);
export type DuplicateLinksView = Static<typeof DuplicateLinksView>;

export function toDuplicateLinkView(
  { reason, linkedByUserId, createdAt }: LinkRow,
  { id, code, title, status }: { id: string; code: string; title: string; status: string },
): DuplicateLinkView {
  return { id, code, title, status, reason, linkedByUserId, linkedAt: createdAt.toISOString() };
}
