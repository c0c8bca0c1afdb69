export * from './service/draft.ts';
export * from './service/export.ts';
export * from './service/lifecycle.ts';
export * from './service/read.ts';
export { countWaitingContracts, listWaitingContracts } from './store/waiting.ts';
export { type ContractRow, getContractRows } from './store.ts';
