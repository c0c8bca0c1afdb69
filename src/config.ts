import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { MailSender } from './mail/message.ts';
import type { SmtpServer } from './mail/smtp.ts';
import { type DiskSettings, type S3Settings, storageIn } from './storage-settings.ts';

/** One line per variable: this is also what a wrong value is answered with. Lists in README and .env.example follow it. */
export const Environment = Type.Object({
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      description: 'postgres://user:password@host:port/database; unset: an embedded PostgreSQL in DATA_DIR',
    }),
  ),
  REDIS_URL: Type.Optional(
    Type.String({ pattern: '^rediss?://', description: 'redis://host:port; unset: jobs go through PostgreSQL' }),
  ),
  MEILI_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/\\s]+\\S*$',
      description: 'http://host:7700 of a Meilisearch server, v1.36 or newer; unset: search runs on PostgreSQL',
    }),
  ),
  MEILI_KEY: Type.Optional(
    Type.String({
      // It travels in a header.
      pattern: '^[\\x21-\\x7e]+$',
      description: 'a key of that Meilisearch server, without blanks; set together with MEILI_URL',
    }),
  ),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 3000,
    description: 'a port from 0 (any free one) to 65535',
  }),
  HOST: Type.String({
    minLength: 1,
    default: 'localhost',
    description: 'the address to listen on, e.g. 0.0.0.0 for all',
  }),
  DATA_DIR: Type.String({
    minLength: 1,
    default: '.data',
    description: 'a directory for the embedded database, files and mail',
  }),
  STORAGE_URL: Type.Optional(
    Type.String({
      pattern: '^(file:///|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9/_.-]*)?(\\?|$))',
      description:
        'file:///directory, or s3://bucket/prefix?region=…, with endpoint=https://… for others than AWS and style=host where the bucket stands in the host; unset: files lie in DATA_DIR/files',
    }),
  ),
  S3_ACCESS_KEY_ID: Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]+$',
      description: 'the id of a key for that bucket; set together with s3:// in STORAGE_URL',
    }),
  ),
  S3_SECRET_ACCESS_KEY: Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]+$',
      description: 'the secret of that key; set together with S3_ACCESS_KEY_ID',
    }),
  ),
  ADMIN_EMAIL: Type.Optional(
    Type.String({ pattern: '^[^@\\s]+@[^@\\s]+$', description: 'the e-mail address of the platform administrator' }),
  ),
  ADMIN_PASSWORD: Type.Optional(
    Type.String({
      minLength: 8,
      maxLength: 200,
      description: 'a password of 8 to 200 characters; set together with ADMIN_EMAIL',
    }),
  ),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'one of fatal, error, warn, info, debug, trace, silent',
  }),
  WORKERS: Type.Enum(['in-process', 'off'], {
    default: 'in-process',
    description: 'in-process, or off when `node dist/workers/main.js` runs beside',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://[^/\\s]+\\S*$',
      description:
        'http://host:4318 of an OpenTelemetry collector that takes OTLP over HTTP; unset: no traces are made',
    }),
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: Type.Optional(
    Type.String({
      pattern: '^https?://[^/\\s]+\\S*$',
      description:
        'http://host:4318/v1/traces, where traces have an address of their own; it goes before the other one',
    }),
  ),
  METRICS_PORT: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 65_535,
      description: 'a port for /metrics of a process of workers alone, 0 for any free one; unset: it tells none',
    }),
  ),
  METRICS_HOST: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    description: 'the address that METRICS_PORT listens on; whoever reaches it may read',
  }),
  MATCHING_THREADS: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 64,
      description: 'threads that find and rank matches, 1 to 64; unset: one less than there are cores, at most 4',
    }),
  ),
  PUBLIC_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/]+',
      description: 'https://market.example, the address that links in mails carry',
    }),
  ),
  SECURITY_CONTACT: Type.Optional(
    Type.String({
      pattern: '^(mailto:[^@\\s]+@[^@\\s]+|https://\\S+|tel:\\S+)$',
      description:
        'mailto:security@market.example, or an https:// page: where weaknesses are reported; told at /.well-known/security.txt',
    }),
  ),
  SMTP_URL: Type.Optional(
    Type.String({
      pattern: '^smtps?://[^\\s/?#]+/?$',
      description:
        'smtps://user:password@host:465, or smtp://… with STARTTLS (needless on localhost only); unset: mails are laid in DATA_DIR/mail',
    }),
  ),
  MAIL_FROM: Type.Optional(
    Type.String({
      pattern: '^([^<>"\\r\\n]{1,100} <[^<>@\\s]+@[^<>@\\s]+>|[^<>@\\s]+@[^<>@\\s]+)$',
      description:
        'the sender of mails, as Duijie <no-reply@market.example>; unset: no-reply at the host of PUBLIC_URL',
    }),
  ),
  TRUST_PROXY: Type.Enum(['yes', 'no'], {
    default: 'no',
    description: 'yes when a reverse proxy sets X-Forwarded-For',
  }),
  RATE_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    default: 6000,
    description: 'requests per minute and address, a whole number from 1',
  }),
  SIGN_IN_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    default: 600,
    description: 'sign-ins, registrations and mail requests per minute and address, a whole number from 1',
  }),
  PREVIEW_LIMIT_PER_MINUTE: Type.Integer({
    minimum: 1,
    default: 60,
    description: 'match previews per minute and person, a whole number from 1',
  }),
  INTRODUCTION_WORKING_DAYS: Type.Integer({
    minimum: 1,
    maximum: 60,
    default: 5,
    description: 'working days to answer an introduction, 1 to 60',
  }),
  SUGGESTIONS_PER_DAY: Type.Integer({
    minimum: 1,
    default: 50,
    description: 'match notices an organization gets per day at most, a whole number from 1',
  }),
  WEBHOOK_ALLOW_PRIVATE: Type.Enum(['yes', 'no'], {
    default: 'no',
    description: 'yes where webhooks may go to private addresses, by plain http and to any port: an intranet, tests',
  }),
});

type Environment = Static<typeof Environment>;

export interface Config {
  databaseUrl: string | null;
  redisUrl: string | null;
  /** Key null: the server wants none. */
  meilisearch: { url: string; key: string | null } | null;
  port: number;
  host: string;
  /** Absolute. */
  dataDir: string;
  /** Where the bytes of files are kept. */
  storage: DiskSettings | S3Settings;
  administrator: { email: string; password: string } | null;
  logLevel: Environment['LOG_LEVEL'];
  workers: Environment['WORKERS'];
  /** Where a process of workers alone tells its metrics; an API process does at /metrics. */
  workerMetrics: { host: string; port: number } | null;
  /** Where spans are sent, whole; null: no traces are made. */
  tracesUrl: string | null;
  matchingThreads: number;
  publicUrl: string;
  /** Null: there is no security.txt. */
  securityContact: string | null;
  /** Null: mails are laid in files. */
  smtp: SmtpServer | null;
  mailFrom: MailSender | null;
  trustProxy: boolean;
  rateLimitPerMinute: number;
  signInLimitPerMinute: number;
  previewLimitPerMinute: number;
  introductionWorkingDays: number;
  suggestionsPerDay: number;
  webhookAllowPrivate: boolean;
}

/** The exit status of a wrong configuration: EX_CONFIG of sysexits.h. */
export const exitConfig = 78;

export class ConfigError extends Error {}

/** Whole numbers as numbers. Anything else stays text and is told: 3.5 is no port, and must not become 3. */
function withIntegers(known: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(known).map(([name, value]) => {
      const isInteger = Type.IsInteger(Environment.properties[name as keyof Environment]);
      return [name, isInteger && /^\d{1,9}$/.test(value) ? Number(value) : value];
    }),
  );
}

/**
 * Reads the environment once.
 * @throws ConfigError that names each wrong variable and what it wants
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const known = Object.fromEntries(
    Object.keys(Environment.properties)
      .map((name) => [name, environment[name]?.trim()] as const)
      .filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
  );
  const values = Value.Default(Environment, withIntegers(known)) as Environment;
  const wrong = new Set(Value.Errors(Environment, values).map((error) => error.instancePath.split('/')[1] ?? ''));
  if ((values.ADMIN_EMAIL === undefined) !== (values.ADMIN_PASSWORD === undefined)) {
    wrong.add(values.ADMIN_EMAIL === undefined ? 'ADMIN_EMAIL' : 'ADMIN_PASSWORD');
  }
  if (values.MEILI_URL !== undefined && !URL.canParse(values.MEILI_URL)) wrong.add('MEILI_URL');
  for (const name of ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] as const) {
    const address = values[name];
    if (address !== undefined && !URL.canParse(address)) wrong.add(name);
  }
  if (values.MEILI_KEY !== undefined && values.MEILI_URL === undefined) wrong.add('MEILI_KEY');
  const storage = storageIn(values);
  if (typeof storage === 'string') wrong.add(storage);
  const smtp = values.SMTP_URL === undefined ? null : smtpServerIn(values.SMTP_URL);
  if (smtp === undefined) wrong.add('SMTP_URL');
  const publicUrl =
    values.PUBLIC_URL ?? `http://${values.HOST.includes(':') ? `[${values.HOST}]` : values.HOST}:${values.PORT}`;
  if (wrong.size === 0 && !URL.canParse(publicUrl)) wrong.add(values.PUBLIC_URL === undefined ? 'HOST' : 'PUBLIC_URL');
  if (wrong.size > 0 || typeof storage === 'string') {
    const properties = Environment.properties as unknown as Record<string, { description?: string }>;
    const lines = [...wrong].map((name) => `${name} wants ${properties[name]?.description ?? 'another value'}`);
    throw new ConfigError(`${lines.join('\n')}\n配置有误：请更正以上环境变量。`);
  }
  return Object.freeze({
    databaseUrl: values.DATABASE_URL ?? null,
    redisUrl: values.REDIS_URL ?? null,
    meilisearch: values.MEILI_URL === undefined ? null : { url: values.MEILI_URL, key: values.MEILI_KEY ?? null },
    port: values.PORT,
    host: values.HOST,
    dataDir: resolve(values.DATA_DIR),
    storage,
    administrator:
      values.ADMIN_EMAIL && values.ADMIN_PASSWORD
        ? { email: values.ADMIN_EMAIL.toLowerCase(), password: values.ADMIN_PASSWORD }
        : null,
    logLevel: values.LOG_LEVEL,
    workers: values.WORKERS,
    workerMetrics: values.METRICS_PORT === undefined ? null : { host: values.METRICS_HOST, port: values.METRICS_PORT },
    tracesUrl: tracesUrlIn(values),
    matchingThreads: values.MATCHING_THREADS ?? Math.max(1, Math.min(4, availableParallelism() - 1)),
    publicUrl,
    securityContact: values.SECURITY_CONTACT ?? null,
    smtp: smtp ?? null,
    mailFrom: values.MAIL_FROM === undefined ? null : senderIn(values.MAIL_FROM),
    trustProxy: values.TRUST_PROXY === 'yes',
    rateLimitPerMinute: values.RATE_LIMIT_PER_MINUTE,
    signInLimitPerMinute: values.SIGN_IN_LIMIT_PER_MINUTE,
    previewLimitPerMinute: values.PREVIEW_LIMIT_PER_MINUTE,
    introductionWorkingDays: values.INTRODUCTION_WORKING_DAYS,
    suggestionsPerDay: values.SUGGESTIONS_PER_DAY,
    webhookAllowPrivate: values.WEBHOOK_ALLOW_PRIVATE === 'yes',
  });
}

/** As OpenTelemetry's specification has it: the path is added to the general address, and only to that. */
function tracesUrlIn(values: Environment): string | null {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = values;
  return traces ?? (base === undefined ? null : `${base.replace(/\/$/, '')}/v1/traces`);
}

/** Undefined for an address that cannot be read, or a user without a password. */
function smtpServerIn(address: string): SmtpServer | undefined {
  try {
    const { protocol, hostname, port, username, password } = new URL(address);
    if (hostname === '' || (username === '') !== (password === '')) return undefined;
    const secure = protocol === 'smtps:';
    return {
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? (secure ? 465 : 587) : Number(port),
      secure,
      credentials: username === '' ? null : { user: decodeURIComponent(username), pass: decodeURIComponent(password) },
    };
  } catch {
    return undefined;
  }
}

function senderIn(from: string): MailSender {
  const [, name = '', address = from] = /^(.*) <(.*)>$/.exec(from) ?? [];
  return { name, address };
}
