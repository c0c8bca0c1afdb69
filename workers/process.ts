import './heap.ts';
import closeWithGrace from 'close-with-grace';
import type { Logger } from 'pino';
import { BackupError } from '../db/backup/errors.ts';
import { EmbeddedPostgresError } from '../db/embedded/start.ts';
import { type Config, ConfigError, exitConfig, readConfig } from '../src/config.ts';
import { createLog } from '../src/log.ts';

/** Within what an orchestrator waits after SIGTERM before it kills. */
const closeTimeoutMs = 9_500;

/** Something that was started and is to be ended, in order of starting. */
export interface Started {
  name: string;
  close: () => Promise<unknown>;
}

export interface Process {
  config: Config;
  log: Logger;
  /** To be called as soon as each part has started: the last one started is closed first. */
  onClose(part: Started): void;
  /** Ends the process because of an error that comes after the start. */
  fail(error: unknown): void;
  /** Ends the process, whose work is done; 0 unless another status is given. */
  end(status?: number): void;
}

/**
 * The edge of every program of ours: reads the configuration, starts, and on SIGTERM, SIGINT or a fault closes what has
 * started, last first. A wrong configuration is told in a few lines and ends with status 78.
 */
export async function runProcess(start: (process: Process) => Promise<void>): Promise<void> {
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    return tellAndExit(error);
  }
  const log = createLog(config);
  const parts: Started[] = [];
  let failure: unknown;
  let closing = false;
  let endStatus = 0;

  const grace = closeWithGrace({ delay: closeTimeoutMs, logger: false }, async ({ signal, err }) => {
    failure ??= err;
    closing = true;
    if (signal !== undefined) log.info({ signal }, 'closing');
    if (failure !== undefined && !isOperatorError(failure)) log.fatal({ err: failure }, 'closing after an error');
    for (const part of parts.splice(0).reverse()) await closePart(part);
    if (failure !== undefined) tellAndExit(failure);
    if (endStatus !== 0) process.exit(endStatus);
  });
  async function closePart(part: Started): Promise<void> {
    await part
      .close()
      .catch((error: unknown) => log.warn({ err: error, part: part.name }, 'a part did not close in order'));
  }
  // A signal may come while something is starting.
  function onClose(part: Started): void {
    if (closing) void closePart(part);
    else parts.push(part);
  }
  // While it closes, what was still starting fails because of that.
  function fail(error: unknown): void {
    if (closing) return;
    failure ??= error;
    grace.close();
  }
  function end(status = 0): void {
    endStatus = status;
    grace.close();
  }
  try {
    await start({ config, log, onClose, fail, end });
  } catch (error) {
    fail(error);
  }
}

/** An error that the operator must act on; its message says how. */
function isOperatorError(error: unknown): error is Error {
  return error instanceof ConfigError || error instanceof EmbeddedPostgresError || error instanceof BackupError;
}

function tellAndExit(error: unknown): never {
  if (!isOperatorError(error)) process.exit(1);
  process.stderr.write(`${error.message}\n`);
  process.exit(exitConfig);
}
