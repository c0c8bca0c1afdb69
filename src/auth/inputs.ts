import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';
import { scopes } from '../http/operation.ts';
import { RegisterOrganization } from '../organizations/inputs.ts';

const Email = Type.String({ format: 'email', maxLength: 254 });
const PersonName = Type.String({ minLength: 1, maxLength: 100, pattern: '\\S' });
const NewPassword = Type.String({ minLength: 8, maxLength: 200 });
/** A password that is only compared: one that is too short is wrong, not malformed. */
const GivenPassword = Type.String({ minLength: 1, maxLength: 200 });
const Locale = Type.Enum(['zh-CN', 'en']);
const MailToken = Type.String({
  minLength: 1,
  maxLength: 200,
  description: 'The secret from the mail; good for one use.',
});

export const SignIn = Type.Object(
  { email: Type.String({ minLength: 1, maxLength: 254 }), password: GivenPassword },
  { additionalProperties: false, examples: [{ email: 'liu.yang@winery.example', password: 'a long passphrase' }] },
);
export type SignIn = Static<typeof SignIn>;

export const Register = Type.Object(
  {
    organization: RegisterOrganization,
    user: Type.Object(
      { name: PersonName, email: Email, password: NewPassword, locale: Type.Optional(Locale) },
      { additionalProperties: false },
    ),
  },
  {
    additionalProperties: false,
    examples: [
      {
        organization: { name: '贺兰山东麓某葡萄酒有限公司', kind: 'enterprise', regionCode: '640100', industry: '15' },
        user: { name: '刘洋', email: 'liu.yang@winery.example', password: 'a long passphrase', locale: 'zh-CN' },
      },
    ],
  },
);
export type Register = Static<typeof Register>;

export const AddMember = Type.Object(
  {
    name: PersonName,
    email: Email,
    password: NewPassword,
    role: Type.Enum(['admin', 'member', 'broker', 'director', 'officer'], {
      description:
        'Enterprise, university: admin, member. Market: broker, director. Government: officer. Peer: member.',
    }),
    locale: Type.Optional(Locale),
  },
  {
    additionalProperties: false,
    examples: [{ name: '马丽', email: 'ma.li@market.example', password: 'a long passphrase', role: 'broker' }],
  },
);
export type AddMember = Static<typeof AddMember>;

export const ListMembers = Type.Object({ ...pageQuery }, { additionalProperties: false });
export type ListMembers = Static<typeof ListMembers>;

export const MemberParams = Type.Object({
  id: Type.String({ format: 'uuid' }),
  userId: Type.String({ format: 'uuid', examples: ['0192f0c4-6b1e-7c3a-9d52-3f6c1a2b4c5d'] }),
});

/** Absent leaves. */
export const UpdateMe = Type.Object(
  { name: Type.Optional(PersonName), locale: Type.Optional(Locale) },
  { additionalProperties: false, minProperties: 1, examples: [{ locale: 'en' }] },
);
export type UpdateMe = Static<typeof UpdateMe>;

export const EraseMe = Type.Object(
  { password: GivenPassword },
  { additionalProperties: false, examples: [{ password: 'a long passphrase' }] },
);
export type EraseMe = Static<typeof EraseMe>;

export const CreateApiKey = Type.Object(
  {
    name: PersonName,
    scopes: Type.Array(Type.Enum(scopes), { minItems: 1, maxItems: scopes.length, uniqueItems: true }),
    expiresAt: Type.Optional(Type.String({ format: 'date-time', description: 'Unset: until it is revoked.' })),
  },
  {
    additionalProperties: false,
    examples: [{ name: '科研管理系统', scopes: ['read', 'records:write'], expiresAt: '2027-11-22T00:00:00.000Z' }],
  },
);
export type CreateApiKey = Static<typeof CreateApiKey>;

export const ConfirmEmail = Type.Object(
  { token: MailToken },
  { additionalProperties: false, examples: [{ token: 'q3t5Z0b7m1Jw2YcR8uVxN4kLsE6hGdPaTfIoBvKrMyQ' }] },
);
export type ConfirmEmail = Static<typeof ConfirmEmail>;

export const RequestPasswordReset = Type.Object(
  { email: Email },
  { additionalProperties: false, examples: [{ email: 'liu.yang@winery.example' }] },
);
export type RequestPasswordReset = Static<typeof RequestPasswordReset>;

export const ResetPassword = Type.Object(
  { token: MailToken, password: NewPassword },
  {
    additionalProperties: false,
    examples: [{ token: 'q3t5Z0b7m1Jw2YcR8uVxN4kLsE6hGdPaTfIoBvKrMyQ', password: 'a longer passphrase' }],
  },
);
export type ResetPassword = Static<typeof ResetPassword>;
