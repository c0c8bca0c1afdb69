export * from './store/credentials.ts';
export * from './store/housekeeping.ts';
export * from './store/identities.ts';
export * from './store/mail-tokens.ts';
export * from './store/members.ts';
export * from './store/sign-in-failures.ts';
export * from './store/users.ts';
