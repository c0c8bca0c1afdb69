export { answerFaults, demandFaults, gatheredCodes } from './rules.ts';
export * from './service/enter.ts';
export * from './service/read.ts';
export * from './service/run.ts';
export * from './service/sweep.ts';
export { type CampaignRow, getCampaignRows } from './store.ts';
