import { startEmbeddedPostgres } from '../../db/embedded/start.ts';

// A process of its own for embedded.test.ts to kill: `embedded-owner.ts <dataDir> <settings JSON> [umask, octal]`.
// Prints one line of JSON when it has started or failed; SIGTERM stops it in order, SIGINT is ignored as while draining.
const [dataDir = '', settings = '{}', umask] = process.argv.slice(2);
if (umask !== undefined) process.umask(Number.parseInt(umask, 8));
process.on('SIGINT', () => undefined);

try {
  const postgres = await startEmbeddedPostgres({ dataDir, settings: JSON.parse(settings) as Record<string, string> });
  process.once('SIGTERM', () => void postgres.stop().then(() => process.exit(0)));
  process.stdout.write(`${JSON.stringify({ url: postgres.url })}\n`);
} catch (error) {
  process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
  process.exitCode = 78;
}
