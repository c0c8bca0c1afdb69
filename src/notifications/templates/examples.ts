import type { NoticeType } from '../audience.ts';
import { renderNotice } from './render.ts';
import type { Params, RenderedNotice } from './template.ts';

const particulars: Params = {
  organizationName: '利通区某枸杞乳业公司',
  demandTitle: '功能性枸杞乳制品开发',
  demandCode: 'D2026-640300-000012',
  resultTitle: '枸杞多糖定向提取技术',
  resultCode: 'R2026-640100-000034',
  score: '86',
  reason: '请补充技术指标',
  dueOn: '2026-11-27',
  validUntil: '2026-12-31',
  projectTitle: '功能性枸杞乳制品联合开发',
  projectCode: 'P2026-640300-000003',
  milestoneTitle: '中试',
  campaignTitle: '2027 年度技术需求征集',
  searchName: '枸杞成果',
  searchKind: 'result',
  count: '3',
  created: '105',
  faulty: '15',
  untilOn: '2027-11-30',
  expertName: '陈教授',
  webhookDescription: '科研管理系统',
  disabledReason: 'failing',
};

export interface NoticeExample {
  /** Those that the sentence of this type is made of. */
  params: Record<string, string>;
  zh: RenderedNotice;
  en: RenderedNotice;
}

/** A notice as it may be, with the particulars that its template asks for. */
export function exampleNotice(type: NoticeType): NoticeExample {
  const params: Record<string, string> = {};
  const asked = new Proxy(particulars, {
    get(_, name) {
      const value = particulars[String(name)];
      if (value !== undefined) params[String(name)] = value;
      return value;
    },
  });
  return { params, zh: renderNotice(type, asked, 'zh-CN'), en: renderNotice(type, asked, 'en') };
}
