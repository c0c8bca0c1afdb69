export { webhookRetries } from './rules.ts';
export * from './service/deliver.ts';
export * from './service/endpoints.ts';
export * from './service/log.ts';
export * from './service/owe.ts';
export * from './service/switch.ts';

// For notices about endpoints.
export { listWebhookRows, type WebhookRow } from './store.ts';
