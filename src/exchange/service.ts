export * from './service/commit.ts';
export * from './service/export.ts';
export * from './service/read.ts';
export * from './service/start.ts';
export * from './service/template.ts';
