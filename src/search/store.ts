export { codeList } from './store/conditions.ts';
export * from './store/documents.ts';
export * from './store/find.ts';
export * from './store/saved-searches.ts';
export * from './store/sharing.ts';
export * from './store/suggestions.ts';
