import type { Text } from '../core/text.ts';
import type { NoticeType } from './audience.ts';

/** Groups of notices, by which a person says how mail is to come; in the order in which a digest tells them. */
export const categories = [
  'introductions',
  'suggestions',
  'projects',
  'records',
  'savedSearches',
  'organization',
] as const;
export type Category = (typeof categories)[number];

/** When a notice is mailed. The inbox has it at once in any case. */
export const mailModes = ['at_once', 'daily', 'weekly', 'off'] as const;
export type MailMode = (typeof mailModes)[number];
export type DigestMode = 'daily' | 'weekly';
export type MailModes = Readonly<Record<Category, MailMode>>;

/** What waits for somebody's answer is mailed at once; what can be read together comes once a day. */
export const defaultModes: MailModes = {
  introductions: 'at_once',
  suggestions: 'daily',
  projects: 'at_once',
  records: 'at_once',
  savedSearches: 'daily',
  organization: 'at_once',
};

export const categoryNames: Readonly<Record<Category, Text>> = {
  introductions: { zh: '对接', en: 'Introductions' },
  suggestions: { zh: '匹配建议', en: 'Suggested matches' },
  projects: { zh: '项目、里程碑与合同', en: 'Projects, milestones and contracts' },
  records: { zh: '需求与成果', en: 'Demands and results' },
  savedSearches: { zh: '保存的搜索', en: 'Saved searches' },
  organization: { zh: '机构事务', en: 'Organizations' },
};

const categoryOfType: Readonly<Record<NoticeType, Category>> = {
  'organization.registered': 'organization',
  'organization.verified': 'organization',
  'organization.suspended': 'organization',
  'organization.reinstated': 'organization',
  'campaign.opened': 'records',
  'campaign.closing': 'records',
  'campaign.closed': 'records',
  'import.finished': 'records',
  'import.failed': 'records',
  'webhook.disabled': 'organization',
  'restriction.imposed': 'organization',
  'restriction.appealed': 'organization',
  'restriction.upheld': 'organization',
  'restriction.overturned': 'organization',
  'restriction.lifted': 'organization',
  'restriction.expired': 'organization',
  'demand.submitted': 'records',
  'demand.returned': 'records',
  'demand.rejected': 'records',
  'demand.published': 'records',
  'demand.expiring': 'records',
  'demand.expired': 'records',
  'demand.merged': 'records',
  'demand.absorbed': 'records',
  'demand.unmerged': 'records',
  'result.submitted': 'records',
  'result.returned': 'records',
  'result.rejected': 'records',
  'result.published': 'records',
  'result.expiring': 'records',
  'result.expired': 'records',
  'result.merged': 'records',
  'result.absorbed': 'records',
  'result.unmerged': 'records',
  'diagnosis.opened': 'records',
  'diagnosis.expert_assigned': 'records',
  'diagnosis.version_proposed': 'records',
  'diagnosis.version_signed': 'records',
  'diagnosis.version_refused': 'records',
  'diagnosis.closed': 'records',
  'match.suggested': 'suggestions',
  'introduction.requested': 'introductions',
  'introduction.opened': 'introductions',
  'introduction.answered': 'introductions',
  'introduction.accepted': 'introductions',
  'introduction.declined': 'introductions',
  'introduction.reminded': 'introductions',
  'introduction.escalated': 'introductions',
  'introduction.lapsed': 'introductions',
  'introduction.reopened': 'introductions',
  'message.posted': 'introductions',
  'agreement.accepted': 'introductions',
  'agreement.concluded': 'introductions',
  'search.matched': 'savedSearches',
  'project.created': 'projects',
  'project.activated': 'projects',
  'project.completed': 'projects',
  'project.terminated': 'projects',
  'project.suspended': 'projects',
  'project.resumed': 'projects',
  'project.change_proposed': 'projects',
  'project.change_applied': 'projects',
  'project.change_rejected': 'projects',
  'milestone.due': 'projects',
  'milestone.overdue': 'projects',
  'milestone.submitted': 'projects',
  'milestone.accepted': 'projects',
  'milestone.rework': 'projects',
  'milestone.payment_recorded': 'projects',
  'milestone.payment_confirmed': 'projects',
  'milestone.payment_disputed': 'projects',
  'contract.submitted': 'projects',
  'contract.returned': 'projects',
  'contract.approved': 'projects',
  'contract.registered': 'projects',
  'contract.revoked': 'projects',
  'expert_assignment.proposed': 'introductions',
  'expert_assignment.accepted': 'introductions',
  'expert_assignment.declined': 'introductions',
  'expert_assignment.ended': 'introductions',
};

/** Null for a type of another version of the program. */
export function categoryOf(type: string): Category | null {
  return Object.hasOwn(categoryOfType, type) ? categoryOfType[type as NoticeType] : null;
}

export function typesOf(category: Category): string[] {
  return Object.keys(categoryOfType).filter((type) => categoryOf(type) === category);
}
