export * from './views/accounts.ts';
export * from './views/api-keys.ts';
export * from './views/personal-data.ts';
