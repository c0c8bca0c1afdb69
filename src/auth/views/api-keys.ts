import { type Static, Type } from 'typebox';
import type { ApiKeyRow } from '../store.ts';
import { Id, Instant, InstantOrNull, instantOrNull } from './parts.ts';

const keyExample = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  name: '科研管理系统',
  prefix: 'dk_q3t5Z0b7',
  scopes: ['read', 'records:write'],
  expiresAt: null,
  createdAt: '2026-11-22T02:00:00.000Z',
};

export const ApiKeyView = Type.Object(
  {
    id: Id,
    name: Type.String(),
    prefix: Type.String({ description: 'The first characters of the key, to tell keys apart.' }),
    scopes: Type.Array(Type.String()),
    expiresAt: InstantOrNull,
    createdAt: Instant,
  },
  { title: 'ApiKeyView', examples: [keyExample] },
);
export type ApiKeyView = Static<typeof ApiKeyView>;

export const CreatedApiKeyView = Type.Object(
  {
    ...ApiKeyView.properties,
    key: Type.String({ description: 'Send it as Authorization: Bearer. It is shown once.' }),
  },
  { title: 'CreatedApiKeyView', examples: [{ ...keyExample, key: 'dk_q3t5Z0b7m1Jw2YcR8uVxN4kLsE6hGdPaTfIoBvKrMyQ' }] },
);
export type CreatedApiKeyView = Static<typeof CreatedApiKeyView>;

export function toApiKeyView(row: ApiKeyRow): ApiKeyView {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    expiresAt: instantOrNull(row.expiresAt),
    createdAt: row.createdAt.toISOString(),
  };
}
