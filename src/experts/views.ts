export * from './views/assignments.ts';
export * from './views/profiles.ts';
