export * from './service/assignments.ts';
export * from './service/dispatches.ts';
export { createExpert, createExperts, type ExpertDraft, expertFaultsOf } from './service/entering.ts';
export * from './service/find.ts';
export * from './service/profiles.ts';
export { answerExpertRanking } from './service/rank.ts';
export { findExpertsByKey } from './store.ts';
