export * from './views/diagnosis.ts';
export * from './views/quality.ts';
export * from './views/version.ts';
