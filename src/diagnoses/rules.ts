export { type Advice, adviceFor } from './rules/advice.ts';
export { differenceOf, type FieldDifference } from './rules/difference.ts';
export { createElementReader } from './rules/elements.ts';
export * from './rules/lifecycle.ts';
export { type Need, type Quality, qualityParts, scoreQuality } from './rules/quality.ts';
