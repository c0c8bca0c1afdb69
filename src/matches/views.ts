export * from './views/introductions.ts';
export * from './views/matches.ts';
export * from './views/observations.ts';
export * from './views/previews.ts';
