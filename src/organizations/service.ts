export { areFilesOpenTo, isDisclosedTo } from './service/disclosures.ts';
export * from './service/markets.ts';
export * from './service/organizations.ts';
export * from './service/standing.ts';
export * from './service/tiers.ts';
export {
  findNamedOrganizations,
  getContact,
  getOrganizationRow,
  getOrganizationRows,
  getRootMarket,
  homeMarketOfRegion,
  listTakenCreditCodes,
  listTiersInForce,
  type OrganizationRow,
  territoryOf,
} from './store.ts';
