export * from './service/administrator.ts';
export * from './service/api-keys.ts';
export * from './service/mails.ts';
export * from './service/me.ts';
export * from './service/members.ts';
export * from './service/registrations.ts';
export * from './service/sessions.ts';
export * from './service/staff.ts';
export { listActiveMembers, listMailboxes, listPersonNames, type Mailbox } from './store.ts';
