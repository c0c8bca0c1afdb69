import { type Static, Type } from 'typebox';
import { pageQuery } from '../core/paging.ts';

export const ListAuditEntries = Type.Object(
  {
    ...pageQuery,
    subject: Type.String({ format: 'uuid', description: 'The id of a record, an organization, a project …' }),
  },
  { additionalProperties: false },
);
export type ListAuditEntries = Static<typeof ListAuditEntries>;
