import {
  campaign,
  coded,
  contract,
  demand,
  due,
  expert,
  milestone,
  organization,
  pair,
  project,
  published,
  reason,
  result,
  sentence,
  until,
  validUntil,
  webhook,
} from './en-phrases.ts';
import type { Templates } from './template.ts';

export const en: Templates = {
  'organization.registered': (p) => ({
    title: 'An organization awaits verification',
    body: `${p.organizationName ?? 'An organization'} has registered; please verify it.`,
  }),
  'organization.verified': () => ({
    title: 'Your organization is verified',
    body: 'Your organization has been verified and may submit demands or results.',
  }),
  'organization.suspended': () => ({
    title: 'Your organization is suspended',
    body: 'Your organization is suspended: it may read and not act. Ask its market.',
  }),
  'organization.reinstated': () => ({
    title: 'Your organization is reinstated',
    body: 'Your organization may act again as before.',
  }),
  'restriction.imposed': (p) => ({
    title: 'A credit restriction was imposed',
    body: `${sentence(organization(p))} is under a credit restriction${until(p)}: it may read and draft, and not submit, be introduced or start projects. The restriction shows its basis and can be appealed once.`,
  }),
  'restriction.appealed': (p) => ({
    title: 'A credit restriction is appealed',
    body: `${sentence(organization(p))} has appealed against its credit restriction; somebody else than imposed it decides. It stays in force meanwhile.`,
  }),
  'restriction.upheld': (p) => ({
    title: 'The appeal was dismissed',
    body: `The appeal of ${organization(p)} was decided: the credit restriction stands${until(p)}. The restriction shows the reason.`,
  }),
  'restriction.overturned': (p) => ({
    title: 'The appeal succeeded',
    body: `The appeal of ${organization(p)} was decided: the credit restriction is overturned, and the organization may act again.`,
  }),
  'restriction.lifted': (p) => ({
    title: 'A credit restriction was lifted',
    body: `The credit restriction of ${organization(p)} was lifted before its term; the organization may act again.`,
  }),
  'restriction.expired': (p) => ({
    title: 'A credit restriction has ended',
    body: `The term of the credit restriction of ${organization(p)} is over; the organization may act again.`,
  }),
  'demand.submitted': (p) => ({
    title: 'A demand awaits review',
    body: sentence(`${demand(p)} was submitted; please review it.`),
  }),
  'demand.returned': (p) => ({
    title: 'Your demand was returned',
    body: `${sentence(demand(p))} was returned for changes.${reason(p)}`,
  }),
  'demand.rejected': (p) => ({
    title: 'Your demand was rejected',
    body: `${sentence(demand(p))} was rejected.${reason(p)}`,
  }),
  'diagnosis.opened': (p) => ({
    title: 'A demand is being diagnosed',
    body: `${sentence(demand(p))} is being diagnosed; the enterprise will be asked to sign what is rewritten.`,
  }),
  'diagnosis.expert_assigned': (p) => ({
    title: 'An expert was assigned',
    body: `${p.expertName ?? 'An expert'} diagnoses ${demand(p)}.`,
  }),
  'diagnosis.version_proposed': (p) => ({
    title: 'A rewriting awaits signature',
    body: `${sentence(demand(p))} was rewritten; the enterprise is asked to sign or to refuse it.`,
  }),
  'diagnosis.version_signed': (p) => ({
    title: 'The rewriting is signed',
    body: `The enterprise has signed the rewriting of ${demand(p)}.`,
  }),
  'diagnosis.version_refused': (p) => ({
    title: 'The rewriting was refused',
    body: `The enterprise has refused the rewriting of ${demand(p)}; please change it.`,
  }),
  'diagnosis.closed': (p) => ({
    title: 'The diagnosis is closed',
    body: `The diagnosis of ${demand(p)} is closed; its outcome stands in the diagnosis.`,
  }),
  'demand.published': (p) => ({
    title: 'Your demand is published',
    body: `${sentence(demand(p))} is published and being matched.`,
  }),
  'demand.expiring': (p) => ({
    title: 'Your demand is about to expire',
    body: `${sentence(demand(p))} expires ${validUntil(p)}. Is it still current? Renew it.`,
  }),
  'demand.expired': (p) => ({
    title: 'Your demand has expired',
    body: `${sentence(demand(p))} has expired; it may be submitted again.`,
  }),
  'demand.merged': (p) => ({
    title: 'Your demand was merged into another',
    body: `${sentence(demand(p))} repeats another demand and was closed in its favour; ask your market if that is wrong.${reason(p)}`,
  }),
  'demand.absorbed': (p) => ({
    title: 'A duplicate was merged into your demand',
    body: `A duplicate was merged into ${demand(p)}, which stands for both from now on.`,
  }),
  'demand.unmerged': (p) => ({
    title: 'Your demand stands by itself again',
    body: `${sentence(demand(p))} is no longer merged into another; it waits for review.`,
  }),
  'result.submitted': (p) => ({
    title: 'A result awaits review',
    body: sentence(`${result(p)} was submitted; please review it.`),
  }),
  'result.returned': (p) => ({
    title: 'Your result was returned',
    body: `${sentence(result(p))} was returned for changes.${reason(p)}`,
  }),
  'result.rejected': (p) => ({
    title: 'Your result was rejected',
    body: `${sentence(result(p))} was rejected.${reason(p)}`,
  }),
  'result.published': (p) => ({
    title: 'Your result is published',
    body: `${sentence(result(p))} is published and being matched.`,
  }),
  'result.expiring': (p) => ({
    title: 'Your result is about to expire',
    body: `${sentence(result(p))} expires ${validUntil(p)}. Is it still current? Renew it.`,
  }),
  'result.expired': (p) => ({
    title: 'Your result has expired',
    body: `${sentence(result(p))} has expired; it may be submitted again.`,
  }),
  'result.merged': (p) => ({
    title: 'Your result was merged into another',
    body: `${sentence(result(p))} repeats another result and was closed in its favour; ask your market if that is wrong.${reason(p)}`,
  }),
  'result.absorbed': (p) => ({
    title: 'A duplicate was merged into your result',
    body: `A duplicate was merged into ${result(p)}, which stands for both from now on.`,
  }),
  'result.unmerged': (p) => ({
    title: 'Your result stands by itself again',
    body: `${sentence(result(p))} is no longer merged into another; it waits for review.`,
  }),
  'match.suggested': (p) => ({
    title: 'A new match',
    body: `${sentence(pair(p))} match${p.score === undefined ? '' : `, with a score of ${p.score}`}.`,
  }),
  'introduction.requested': (p) => ({
    title: 'An introduction is requested',
    body: `One side asks to be introduced over ${pair(p)}; please decide.`,
  }),
  'introduction.opened': (p) => ({
    title: 'An introduction',
    body: `A broker introduces the two sides over ${pair(p)}.${due(p)}`,
  }),
  'introduction.answered': (p) => ({
    title: 'One side has answered',
    body: `One side has answered the introduction over ${pair(p)}.`,
  }),
  'introduction.accepted': (p) => ({
    title: 'Both sides accepted',
    body: `Both sides accepted the introduction over ${pair(p)}; each now sees how to reach the other.`,
  }),
  'introduction.declined': (p) => ({
    title: 'The introduction was declined',
    body: `The introduction over ${pair(p)} was declined.`,
  }),
  'introduction.reminded': (p) => ({
    title: 'Your answer is awaited',
    body: `The introduction over ${pair(p)} still waits for your answer.${due(p)}`,
  }),
  'introduction.escalated': (p) => ({
    title: 'An introduction is stuck',
    body: `The introduction over ${pair(p)} is close to its due time without all answers; please follow up.`,
  }),
  'introduction.lapsed': (p) => ({
    title: 'The introduction has lapsed',
    body: `The introduction over ${pair(p)} was not answered in time and has lapsed.`,
  }),
  'introduction.reopened': (p) => ({
    title: 'An introduction is open again',
    body: `The broker has reopened the introduction over ${pair(p)}; both parties are asked to answer again.${due(p)}`,
  }),
  'message.posted': (p) => ({
    title: 'A new message in an introduction',
    body: `There are new messages in the introduction over ${pair(p)}.`,
  }),
  'agreement.accepted': (p) => ({
    title: 'One side accepted the confidentiality agreement',
    body: `In the introduction over ${pair(p)} one side accepted the confidentiality agreement; once the other has, each opens the other's files.`,
  }),
  'agreement.concluded': (p) => ({
    title: 'The confidentiality agreement stands',
    body: `Both sides of the introduction over ${pair(p)} accepted the confidentiality agreement; each now opens the other's files.`,
  }),
  'search.matched': (p) => ({
    title: 'News for your saved search',
    body: sentence(
      `${published(p)} newly published for your saved search${p.searchName === undefined ? '' : ` “${p.searchName}”`}.`,
    ),
  }),
  'project.created': (p) => ({
    title: 'A joint project is forming',
    body: `${sentence(project(p))} was created and is forming.`,
  }),
  'project.activated': (p) => ({ title: 'The project has started', body: `${sentence(project(p))} has started.` }),
  'project.completed': (p) => ({ title: 'The project is complete', body: `${sentence(project(p))} is complete.` }),
  'project.terminated': (p) => ({ title: 'The project has ended', body: `${sentence(project(p))} was terminated.` }),
  'project.suspended': (p) => ({
    title: 'The project is suspended',
    body: `${sentence(project(p))} is suspended; until it is resumed no milestone moves.`,
  }),
  'project.resumed': (p) => ({
    title: 'The project goes on',
    body: `${sentence(project(p))} was resumed; please look at the due dates.`,
  }),
  'project.change_proposed': (p) => ({
    title: 'A change of the project awaits answers',
    body: `A change of ${project(p)} was proposed; the parties are asked to answer.`,
  }),
  'project.change_applied': (p) => ({
    title: 'The project was changed',
    body: `All parties agreed to a change of ${project(p)}; it is in force.`,
  }),
  'project.change_rejected': (p) => ({
    title: 'A change of the project was refused',
    body: `A party refused a change of ${project(p)}; all stays as it was.`,
  }),
  'milestone.due': (p) => ({
    title: 'A milestone is due soon',
    body: `${sentence(milestone(p))} is due ${p.dueOn === undefined ? 'soon' : `on ${p.dueOn}`}; please submit it in time.`,
  }),
  'milestone.overdue': (p) => ({
    title: 'A milestone is overdue',
    body: `${sentence(milestone(p))} was due${p.dueOn === undefined ? '' : ` on ${p.dueOn}`} and has not been submitted.`,
  }),
  'milestone.submitted': (p) => ({
    title: 'A milestone awaits acceptance',
    body: `${sentence(milestone(p))} was submitted; please accept it or ask for rework.`,
  }),
  'milestone.accepted': (p) => ({ title: 'A milestone is accepted', body: `${sentence(milestone(p))} was accepted.` }),
  'milestone.rework': (p) => ({
    title: 'A milestone needs rework',
    body: `${sentence(milestone(p))} was given back; the project shows the reason.`,
  }),
  'milestone.payment_recorded': (p) => ({
    title: 'A payment awaits confirmation',
    body: `A payment for ${milestone(p)} was recorded; the payee is asked to confirm it.`,
  }),
  'milestone.payment_confirmed': (p) => ({
    title: 'A payment is confirmed',
    body: `The payee confirmed a payment for ${milestone(p)}.`,
  }),
  'milestone.payment_disputed': (p) => ({
    title: 'A payment is disputed',
    body: `The payee has not received a payment for ${milestone(p)}; please look into it.`,
  }),
  'expert_assignment.proposed': (p) => ({
    title: 'An expert is asked for',
    body: `${sentence(expert(p))} is asked to help with ${coded(p)}; please answer.`,
  }),
  'expert_assignment.accepted': (p) => ({
    title: 'The expert has accepted',
    body: `${sentence(expert(p))} will help with ${coded(p)}; the assignment shows the contact.`,
  }),
  'expert_assignment.declined': (p) => ({
    title: 'The expert has declined',
    body: `${sentence(expert(p))} will not help with ${coded(p)}.${reason(p)}`,
  }),
  'expert_assignment.ended': (p) => ({
    title: 'An assignment has ended',
    body: `The assignment of ${expert(p)} to ${coded(p)} has ended.${reason(p)}`,
  }),
  'campaign.opened': (p) => ({
    title: 'A campaign has opened',
    body: `${campaign(p)} gathers demands${p.dueOn === undefined ? '' : ` until ${p.dueOn}`}.`,
  }),
  'campaign.closing': (p) => ({
    title: 'A campaign is about to close',
    body: `${campaign(p)} closes ${p.dueOn === undefined ? 'soon' : `on ${p.dueOn}`}; submit and enter what is not in yet.`,
  }),
  'campaign.closed': (p) => ({
    title: 'A campaign has closed',
    body: `${campaign(p)} has closed. Thank you for taking part.`,
  }),
  'import.finished': (p) => ({
    title: 'An import is done',
    body: `Records made: ${p.created ?? 0}.${(p.faulty ?? '0') === '0' ? '' : ` Rows that failed when they were made: ${p.faulty}; download them, mend them and send them again.`}`,
  }),
  'import.failed': (p) => ({
    title: 'An import has stopped',
    body: `It failed again and again and was given up; the records made so far (${p.created ?? 0}) hold. Commit it again to go on with the rows that are left.`,
  }),
  'webhook.disabled': (p) => ({
    title: 'A webhook was turned off',
    body: `${sentence(webhook(p))} was turned off: ${p.disabledReason === 'gone' ? 'its address answered that it is gone (410)' : 'every delivery failed for five days'}. Enable it again once it works; what was not delivered can be sent again from its log.`,
  }),
  'contract.submitted': (p) => ({
    title: 'A contract awaits review',
    body: `${sentence(contract(p))} was submitted for registration; please approve or return it.`,
  }),
  'contract.returned': (p) => ({
    title: 'Your contract was returned',
    body: `${sentence(contract(p))} was returned for changes.${reason(p)}`,
  }),
  'contract.approved': (p) => ({
    title: 'A contract has its first approval',
    body: `${sentence(contract(p))} was approved; a second person has to approve it before it is registered.`,
  }),
  'contract.registered': (p) => ({
    title: 'The contract is registered',
    body: `${sentence(contract(p))} is registered${p.registrationNumber === undefined ? '' : ` under the number ${p.registrationNumber}`}.`,
  }),
  'contract.revoked': (p) => ({
    title: 'A registration was revoked',
    body: `The registration of ${contract(p)} was revoked.${reason(p)}`,
  }),
};
