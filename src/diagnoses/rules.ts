export { type Advice, adviceFor } from './rules/advice.ts';
export { createElementReader } from './rules/elements.ts';
export { type Need, type Quality, qualityParts, scoreQuality } from './rules/quality.ts';
