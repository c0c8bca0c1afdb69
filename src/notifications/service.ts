export * from './service/inbox.ts';
export { notify, notifyTogether } from './service/notify.ts';
