export * from './service/read.ts';
