export * from './service/digests.ts';
export * from './service/inbox.ts';
export { digestMail, noticeMail } from './service/mail.ts';
export { notify, notifyTogether } from './service/notify.ts';
export * from './service/preferences.ts';
export * from './service/renewal.ts';
export * from './service/unsubscribe.ts';
