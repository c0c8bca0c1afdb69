export * from './rules/content.ts';
export * from './rules/credit-code.ts';
export * from './rules/lifecycle.ts';
export * from './rules/prefill.ts';
