// Runs the steps of `npm run verify` as many at a time as there are cores, the longest first. Each step's output is
// printed whole when it ends, and only if it failed; all steps run, so that one look shows all that is wrong.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

// --without STEP leaves out what is run elsewhere.
const { values: flags } = parseArgs({ options: { without: { type: 'string' } } });
const steps = ['types', 'test:unit', 'openapi:check', 'unused', 'boundaries', 'lint'];
if (flags.without !== undefined && !steps.includes(flags.without)) throw new Error(`no step is called ${flags.without}`);
const waiting = steps.filter((step) => step !== flags.without);
const failed = [];

async function work() {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const startedAt = performance.now();
    const { code, output } = await run(step);
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (code === 0) {
      console.log(`ok      ${step}  ${seconds} s`);
      continue;
    }
    failed.push(step);
    console.log(`FAILED  ${step}  ${seconds} s: npm run ${step}\n${output.trimEnd()}\n`);
  }
}

/** Both streams in the order in which they came. */
function run(step) {
  return new Promise((resolve) => {
    const chunks = [];
    const child = spawn('npm', ['run', '--silent', step], {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 1, output: String(error) }));
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

await Promise.all(Array.from({ length: availableParallelism() }, work));
if (failed.length > 0) {
  console.log(`failed: ${failed.join(', ')}`);
  process.exitCode = 1;
}
