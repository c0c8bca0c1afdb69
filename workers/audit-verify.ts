import { parseArgs } from 'node:util';
import { createDatabase, createPool } from '../db/client.ts';
import { type Head, verifyChain } from '../src/audit-trail/service.ts';
import { ConfigError } from '../src/config.ts';
import { openDatabase } from './open-database.ts';
import { runProcess } from './process.ts';

const tellEvery = 100_000;
/** A look at the whole trail. */
const answerTimeoutMs = 3_600_000;

// Walks the chain over the audit trail and tells each break, one JSON object a line, then the result. Status 1 when there is
// one. `--from SEQ:HASH`, a head that was kept elsewhere, begins there, and finds a chain that was made anew.
await runProcess(async ({ config, log, onClose, end }) => {
  const from = headAsked();
  const url = await openDatabase(config, { log, onClose });
  const pool = createPool(url, (error) => log.warn({ err: error }, 'a connection was lost'), answerTimeoutMs);
  onClose({ name: 'connections', close: () => pool.end() });
  let told = 0;
  const report = await verifyChain(createDatabase(pool), {
    ...(from === null ? {} : { from }),
    onBreak: print,
    onProgress(seals) {
      if (seals - told < tellEvery) return;
      told = seals;
      process.stderr.write(`${seals} …\n`);
    },
  });
  const { head, breaks, ...counts } = report;
  print({ intact: breaks === 0, breaks, ...counts, head: `${head.seq}:${head.hash}` });
  end(breaks === 0 ? 0 : 1);
});

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** @throws ConfigError for anything but a head */
function headAsked(): Head | null {
  const { values } = parseArgs({ options: { from: { type: 'string' } }, strict: false });
  if (values.from === undefined) return null;
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(String(values.from)) ?? [];
  if (seq === undefined || hash === undefined) {
    throw new ConfigError(
      '--from wants SEQ:HASH, as audit:verify prints it.\n--from 需要 audit:verify 输出的 head 值。',
    );
  }
  return { seq: Number(seq), hash };
}
