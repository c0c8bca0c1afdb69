import { Type } from 'typebox';

export const Id = Type.String({ format: 'uuid' });
export const Instant = Type.String({ format: 'date-time' });
export const InstantOrNull = Type.Union([Instant, Type.Null()]);
export const Role = Type.Enum(['admin', 'member', 'broker', 'director', 'officer']);

export const userExample = {
  id: '0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d',
  name: '刘洋',
  email: 'liu.yang@winery.example',
  role: 'admin',
  administrator: false,
  emailVerified: true,
  locale: 'zh-CN',
};

export function instantOrNull(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
