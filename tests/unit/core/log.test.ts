import { expect, it } from 'vitest';
import { createLog } from '../../../src/log.ts';

const secret = 'Geheim-4711';

it.each([
  { password: secret },
  { user: { password: secret } },
  { token: secret },
  { session: { token: secret } },
  { key: secret },
  { apiKey: { key: secret } },
  { secret },
  { webhook: { secret } },
  { headers: { authorization: secret } },
  { req: { headers: { authorization: secret } } },
])('what is secret is cut out of the log: %j', (fields) => {
  const lines: string[] = [];
  createLog({ logLevel: 'trace' }, { write: (line) => void lines.push(line) }).info(fields, 'told');
  expect(lines.join('')).toContain('told');
  expect(lines.join('')).not.toContain(secret);
});
