import { Type } from 'typebox';
import { IdParams } from '../http/operation.ts';

/** Not `.` or `..`, nor white space alone: an address or a folder would read it otherwise. */
export const AttachmentName = Type.String({
  minLength: 1,
  maxLength: 120,
  pattern: '^(?=.*\\S)(?!\\.{1,2}$)[^/\\\\\\u0000-\\u001f\\u007f-\\u009f\\u2028-\\u202e\\u2066-\\u2069]+$',
  description: 'Without / and \\, control characters and characters that turn the direction of writing.',
  examples: ['工艺流程说明.pdf'],
});

export const AttachmentParams = Type.Object({ ...IdParams.properties, name: AttachmentName });
