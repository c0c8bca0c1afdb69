export { acceptedFormats } from './rules/formats.ts';
