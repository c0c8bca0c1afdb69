import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from './config.ts';
import { describeError, framesOf } from './core/error-report.ts';

/** JSON lines on standard output. Secrets are cut out wherever they may stand, and errors are told without values. */
export function createLog(config: Pick<Config, 'logLevel'>, destination?: DestinationStream): Logger {
  const options = {
    level: config.logLevel,
    redact: [
      'req.headers.authorization',
      'headers.authorization',
      'password',
      '*.password',
      'token',
      '*.token',
      'key',
      '*.key',
      'secret',
      '*.secret',
    ],
    serializers: {
      err: (error: unknown) => ({
        type: error instanceof Error ? error.name : typeof error,
        message: describeError(error),
        stack: framesOf(error),
      }),
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
