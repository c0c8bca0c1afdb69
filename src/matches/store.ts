export * from './store/answers.ts';
export * from './store/carry-over.ts';
export * from './store/desk.ts';
export * from './store/introductions.ts';
export * from './store/matches.ts';
export * from './store/observations.ts';
export * from './store/previews.ts';
export * from './store/refresh.ts';
