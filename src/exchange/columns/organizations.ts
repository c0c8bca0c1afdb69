import { column, type ImportColumn } from './column.ts';
import { choice, term, text } from './readers.ts';
import { contactColumns } from './shared.ts';

const kinds = choice({ 企业: 'enterprise', 高校院所: 'university' });

export const organizationColumns: readonly ImportColumn[] = [
  column('name', 'organization.name', text, { zh: '必填，全称', en: 'required, the full name' }, true),
  column(
    'kind',
    'organization.kind',
    kinds,
    { zh: '必填：企业或高校院所', en: 'required: enterprise or university' },
    true,
  ),
  column('creditCode', 'organization.creditCode', text, { zh: '18 位', en: '18 characters' }),
  column(
    'regionCode',
    'organization.regionCode',
    term('regions'),
    { zh: '必填：行政区划代码或全称', en: 'required: GB/T 2260 code or full name' },
    true,
  ),
  column('industry', 'organization.industry', term('industries'), {
    zh: '国民经济行业门类或大类',
    en: 'section or division, GB/T 4754',
  }),
  column('sizeBand', 'organization.sizeBand', term('size-bands'), { zh: '从下拉列表选择', en: 'choose from the list' }),
  column(
    'adminName',
    'admin.name',
    text,
    { zh: '必填：账号管理员', en: 'required: who will manage the account' },
    true,
  ),
  column(
    'adminEmail',
    'admin.email',
    text,
    { zh: '必填：设置密码的邮件发到这里', en: 'required: the mail that sets a password goes here' },
    true,
  ),
  ...contactColumns.map((one) => ({ ...one, path: `organization.${one.path}` })),
];
