export * from './store/contacts.ts';
export * from './store/disclosures.ts';
export * from './store/markets.ts';
export * from './store/organizations.ts';
export * from './store/tiers.ts';
