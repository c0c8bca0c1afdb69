export * from './store/documents.ts';
export * from './store/saved-searches.ts';
export * from './store/suggestions.ts';
