export * from './service/inbox.ts';
export * from './service/notify.ts';
