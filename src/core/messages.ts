/**
 * What the code records about itself: one immutable row per fact, written in the transaction that made it true.
 * Messages carry ids only; readers re-read by id, so repeats and reordering do no harm.
 */
export const handlerNames = [
  'refresh-matches',
  'refresh-all-matches',
  'preview-matches',
  'rank-experts',
  'rehome-records',
  'release-work',
  'notify',
  'send-email',
  'deliver-webhook',
  'mail-notice',
  'mail-digest',
  'commit-import',
] as const;
export type HandlerName = (typeof handlerNames)[number];

/** What a delivery is for, in terms of those who look after it. */
export const channels = ['inbox', 'mail', 'webhook', 'matching', 'records'] as const;
export type Channel = (typeof channels)[number];

/** Each handler's channel, and what the target of its deliveries is where they have one. */
export const deliveryRoutes = {
  'refresh-matches': { channel: 'matching', target: null },
  'refresh-all-matches': { channel: 'matching', target: null },
  'preview-matches': { channel: 'matching', target: null },
  'rank-experts': { channel: 'matching', target: null },
  'rehome-records': { channel: 'records', target: null },
  'release-work': { channel: 'records', target: null },
  notify: { channel: 'inbox', target: null },
  'send-email': { channel: 'mail', target: null },
  'deliver-webhook': { channel: 'webhook', target: 'webhook' },
  'mail-notice': { channel: 'mail', target: 'notification' },
  'mail-digest': { channel: 'mail', target: null },
  'commit-import': { channel: 'records', target: null },
} as const satisfies Record<HandlerName, { channel: Channel; target: 'notification' | 'webhook' | null }>;

/** null for a handler of another version of the program. */
export function channelOf(handler: string): Channel | null {
  return Object.hasOwn(deliveryRoutes, handler) ? deliveryRoutes[handler as HandlerName].channel : null;
}

/** Each message type and the handlers that get a delivery of it. Cursor readers see every message without one. */
export const subscriptions = {
  'market.created': ['rehome-records'],
  'organization.registered': ['notify'],
  'organization.verified': ['notify'],
  'organization.suspended': ['notify', 'refresh-matches'],
  'organization.reinstated': ['notify', 'refresh-matches'],
  'restriction.imposed': ['notify', 'refresh-matches'],
  'restriction.appealed': ['notify'],
  'restriction.upheld': ['notify'],
  'restriction.overturned': ['notify', 'refresh-matches'],
  'restriction.lifted': ['notify', 'refresh-matches'],
  'restriction.expired': ['notify', 'refresh-matches'],
  'member.removed': ['release-work'],
  'user.email_verification_requested': ['send-email'],
  'user.password_reset_requested': ['send-email'],
  'demand.submitted': ['notify'],
  'demand.returned': ['notify'],
  'demand.rejected': ['notify'],
  'demand.published': ['notify', 'refresh-matches'],
  'demand.changed': ['refresh-matches'],
  'demand.withdrawn': ['refresh-matches'],
  'demand.closed': ['refresh-matches'],
  'demand.expiring': ['notify'],
  'demand.expired': ['notify', 'refresh-matches'],
  'demand.merged': ['notify', 'refresh-matches'],
  'demand.absorbed': ['notify'],
  'demand.unmerged': ['notify'],
  'demand.in_negotiation': [],
  'demand.contracted': ['refresh-matches'],
  'result.submitted': ['notify'],
  'result.returned': ['notify'],
  'result.rejected': ['notify'],
  'result.published': ['notify', 'refresh-matches'],
  'result.changed': ['refresh-matches'],
  'result.withdrawn': ['refresh-matches'],
  'result.closed': ['refresh-matches'],
  'result.contracted': ['refresh-matches'],
  'result.expiring': ['notify'],
  'result.expired': ['notify', 'refresh-matches'],
  'result.merged': ['notify', 'refresh-matches'],
  'result.absorbed': ['notify'],
  'result.unmerged': ['notify'],
  'match.suggested': ['notify'],
  'match.shortlisted': [],
  'match.dismissed': [],
  'match_refresh.requested': ['refresh-all-matches'],
  'match_refresh.continued': ['refresh-all-matches'],
  'match_refresh.finished': [],
  'match_preview.requested': ['preview-matches'],
  'expert_ranking.requested': ['rank-experts'],
  'introduction.requested': ['notify'],
  'introduction.opened': ['notify'],
  'introduction.answered': ['notify'],
  'introduction.accepted': ['notify'],
  'introduction.declined': ['notify'],
  'introduction.reminded': ['notify'],
  'introduction.escalated': ['notify'],
  'introduction.lapsed': ['notify'],
  'introduction.reopened': ['notify'],
  'introduction.assigned': [],
  'message.posted': ['notify'],
  'agreement.accepted': ['notify'],
  'agreement.concluded': ['notify'],
  'search.matched': ['notify'],
  'search.retry_requested': [],
  'project.created': ['notify'],
  'project.activated': ['notify'],
  'project.completed': ['notify'],
  'project.terminated': ['notify'],
  'project.suspended': ['notify'],
  'project.resumed': ['notify'],
  'project.change_proposed': ['notify'],
  'project.change_applied': ['notify'],
  'project.change_rejected': ['notify'],
  'milestone.due': ['notify'],
  'milestone.overdue': ['notify'],
  'milestone.submitted': ['notify'],
  'milestone.accepted': ['notify'],
  'milestone.rework': ['notify'],
  'milestone.payment_recorded': ['notify'],
  'milestone.payment_confirmed': ['notify'],
  'milestone.payment_disputed': ['notify'],
  'contract.submitted': ['notify'],
  'contract.returned': ['notify'],
  'contract.approved': ['notify'],
  'contract.registered': ['notify'],
  'contract.revoked': ['notify'],
  'expert_assignment.proposed': ['notify'],
  'expert_assignment.accepted': ['notify'],
  'expert_assignment.declined': ['notify'],
  'expert_assignment.ended': ['notify'],
  'diagnosis.opened': ['notify'],
  'diagnosis.expert_assigned': ['notify'],
  'diagnosis.version_proposed': ['notify'],
  'diagnosis.version_signed': ['notify'],
  'diagnosis.version_refused': ['notify'],
  'diagnosis.closed': ['notify'],
  'campaign.opened': ['notify'],
  'campaign.entered': [],
  'campaign.closing': ['notify'],
  'campaign.closed': ['notify'],
  'campaign.reported': [],
  'campaign.cancelled': [],
  'webhook.test': [],
  'webhook.disabled': ['notify'],
  'digest.due': ['mail-digest'],
  'import.committed': ['commit-import'],
  'import.continued': ['commit-import'],
  'import.finished': ['notify'],
  'import.failed': ['notify'],
} as const satisfies Record<string, readonly HandlerName[]>;

export type MessageType = keyof typeof subscriptions;

export type SubjectType =
  | 'organization'
  | 'restriction'
  | 'user'
  | 'demand'
  | 'result'
  | 'match'
  | 'match_preview'
  | 'job'
  | 'introduction'
  | 'conversation_message'
  | 'project'
  | 'milestone'
  | 'contract'
  | 'expert'
  | 'expert_assignment'
  | 'diagnosis'
  | 'campaign'
  | 'saved_search'
  | 'webhook'
  | 'mail_digest';

export interface Message {
  type: MessageType;
  subjectType: SubjectType;
  subjectId: string;
  /** The organization whose act this was, where a reader needs it to leave it out of the audience. */
  actorOrganizationId: string | null;
}

/** A message as a reader gets it. `xid` is the writing transaction's id (xid8, decimal). */
export interface StoredMessage extends Message {
  id: string;
  xid: string;
}
