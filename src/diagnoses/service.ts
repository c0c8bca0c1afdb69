export * from './service/quality.ts';
