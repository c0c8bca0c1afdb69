import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { TestApi } from '../setup/api.ts';
import { addressRequests, addressToWire } from './addresses.ts';
import { type Schema, ValueMaker } from './from-schema.ts';
import { type CallerName, callerNames, Ground } from './ground.ts';
import { Oracle } from './oracle.ts';
import { acceptedShare, anyAddress, merged, type OperationReport, type Violation } from './report.ts';
import { type FuzzOperation, type FuzzRequest, requestsFor, rightRequest } from './requests.ts';
import { rowsByOperation } from './rows.ts';
import { curlOf, jsonOf, send, toWire, type WireAnswer, type WireRequest } from './send.ts';

/** The answers of these do not end, and so never come back from a call inside the process. tests/api opens them over sockets. */
export function isEndless({ responses }: Schema): boolean {
  return Object.values<Schema>(responses).some((response) => 'text/event-stream' in (response.content ?? {}));
}

/** Of these no answer is kept for a repeat: it holds a secret, or writes nothing. */
const answersAnew = new Set([
  'createApiKey',
  'confirmEmail',
  'requestPasswordReset',
  'resetPassword',
  'signIn',
  'previewMatches',
  'unsubscribe',
  'keepRecord',
  'createWebhook',
  'rotateWebhookSecret',
]);

/** The limits of a minute would answer for the operations. */
export const unlimited = {
  RATE_LIMIT_PER_MINUTE: '999999999',
  SIGN_IN_LIMIT_PER_MINUTE: '999999999',
  PREVIEW_LIMIT_PER_MINUTE: '999999999',
};

/** How often a request is made smaller before the smallest so far is told. */
const maxShrinks = 150;
const maxViolations = 5;

export interface FuzzOptions {
  seed: number;
  /** For each operation. */
  requests: number;
  /** Names or ids; all without. */
  operations?: readonly string[];
  /** Begins a world anew when requests have broken one. */
  startApi: () => Promise<{ api: TestApi; logLines: string[] }>;
  tell?: (line: string) => void;
  /** No operation begins after that. */
  until?: number;
}

/** One round: so many requests for each operation, in a world of its own. */
export class FuzzRound {
  readonly #options: FuzzOptions;
  #api: TestApi | null = null;
  #logLines: string[] = [];
  #ground: Ground | null = null;
  #oracle: Oracle | null = null;

  constructor(options: FuzzOptions) {
    this.#options = options;
  }

  async run(): Promise<OperationReport[]> {
    await this.#open();
    try {
      const reports: OperationReport[] = [];
      if (this.#options.operations?.includes(anyAddress) ?? true) reports.push(await this.#fuzzAddresses());
      for (const { operation, maker } of this.#operations()) {
        if (Date.now() > (this.#options.until ?? Number.POSITIVE_INFINITY)) break;
        const report = await this.#fuzz(operation, maker);
        // What has never been right may be wrong because an operation before has ended somebody.
        if (acceptedShare(report) > 0 || (await this.#live().isWhole())) reports.push(report);
        else {
          this.#options.tell?.(`${operation.name} is asked again in a new world: somebody has gone from the old one`);
          await this.#close();
          await this.#open();
          reports.push(merged(report, await this.#fuzz(operation, maker)));
        }
      }
      return reports;
    } finally {
      await this.#close();
    }
  }

  async #open(): Promise<void> {
    const { api, logLines } = await this.#options.startApi();
    this.#api = api;
    this.#logLines = logLines;
    this.#ground = await Ground.open(api);
    this.#oracle ??= new Oracle(api.app.swagger());
  }

  async #close(): Promise<void> {
    await this.#api?.close();
    this.#api = null;
  }

  #live(): Ground {
    if (this.#ground === null) throw new Error('there is no world yet');
    return this.#ground;
  }

  #operations(): { operation: FuzzOperation; maker: ValueMaker }[] {
    const document = this.#live().api.app.swagger() as unknown as Schema;
    const rows = rowsByOperation();
    const maker = new ValueMaker(document.components.schemas, samplesOf(document));
    const wanted = this.#options.operations;
    return Object.entries<Schema>(document.paths).flatMap(([path, item]) =>
      Object.entries<Schema>(item).flatMap(([method, described]) => {
        const name = `${method.toUpperCase()} ${path}`;
        if (isEndless(described)) return [];
        if (wanted !== undefined && !wanted.includes(name) && !wanted.includes(described.operationId)) return [];
        const bodies = Object.entries<Schema>(described.requestBody?.content ?? {});
        const operation = {
          name,
          method: method.toUpperCase(),
          path,
          parameters: described.parameters ?? [],
          bodies: Object.fromEntries(bodies.map(([mediaType, { schema }]) => [mediaType, schema])),
          rows: rows.get(name) ?? [],
          answersAnew: answersAnew.has(described.operationId),
        };
        return [{ operation, maker }];
      }),
    );
  }

  #fuzz(operation: FuzzOperation, maker: ValueMaker): Promise<OperationReport> {
    const rightOnes = operation.rows.flatMap((row, at): [FuzzRequest][] =>
      row.able[0] === undefined ? [] : [[rightRequest(at, row.able[0] as CallerName)]],
    );
    const requests = requestsFor(operation, maker, callerNames);
    return this.#hunt(operation.name, requests, rightOnes, (request, report) => this.#ask(operation, request, report));
  }

  #fuzzAddresses(): Promise<OperationReport> {
    const { paths } = this.#live().api.app.swagger() as unknown as Schema;
    return this.#hunt(anyAddress, addressRequests(Object.keys(paths)), [], async (request, report) => {
      const wire = addressToWire(this.#live(), request);
      return this.#faultsOf(wire, await this.#sendOnce(wire, report));
    });
  }

  /** Asks until nothing new is wrong; each fault by the smallest request that still shows it. */
  async #hunt<Request>(
    name: string,
    requests: fc.Arbitrary<Request>,
    first: [Request][],
    ask: (request: Request, report: OperationReport) => Promise<Violation[]>,
  ): Promise<OperationReport> {
    const report: OperationReport = { operation: name, requests: 0, statuses: {}, violations: [] };
    const told = new Set<string>();
    for (let hunts = 0; hunts < maxViolations; hunts += 1) {
      let hunted: string | null = null;
      let tries = 0;
      let smallest: Violation | null = null;
      const property = fc.asyncProperty(requests, async (request) => {
        if (hunted !== null && ++tries > maxShrinks) return;
        const found = (await ask(request, report)).filter(({ fault }) => !told.has(signature(fault)));
        const violation = found.find(({ fault }) => hunted === null || signature(fault) === hunted);
        if (violation === undefined) return;
        hunted = signature(violation.fault);
        smallest = violation;
        throw new Error(violation.fault);
      });
      const { seed, requests: numRuns } = this.#options;
      const outcome = await fc.check(property, { seed: seed + hunts, numRuns, examples: hunts === 0 ? first : [] });
      // A request that could not be sent is a fault of the fuzzer.
      if (outcome.failed && hunted === null) throw outcome.errorInstance;
      if (hunted === null || smallest === null) break;
      told.add(hunted);
      report.violations.push(smallest);
      this.#options.tell?.(`${name}: ${hunted}`);
    }
    return report;
  }

  async #ask(operation: FuzzOperation, request: FuzzRequest, report: OperationReport): Promise<Violation[]> {
    const ground = this.#live();
    const wire = await toWire(ground, operation, request);
    if (request.repeated) wire.headers['idempotency-key'] ??= `repeated-${report.requests}`;
    const answer = await this.#sendOnce(wire, report);
    const faults = this.#faultsOf(wire, answer);
    if (answer.status < 300) {
      ground.learn(jsonOf(answer));
      if (operation.method !== 'GET') {
        const row = operation.rows[request.row];
        if (row !== undefined) ground.usedUp(row, request.caller);
      }
      if (request.repeated) {
        const again = await this.#sendOnce(wire, report);
        const isSame = again.status === answer.status && isDeepStrictEqual(jsonOf(again), jsonOf(answer));
        const others =
          isSame || operation.answersAnew ? [] : [`a repeat under its key answers ${again.status} otherwise`];
        faults.push(...this.#faultsOf(wire, again, others));
      }
    }
    return faults;
  }

  async #sendOnce(wire: WireRequest, report: OperationReport): Promise<WireAnswer> {
    this.#logLines.length = 0;
    const answer = await send(this.#live(), wire);
    report.requests += 1;
    report.statuses[answer.status] = (report.statuses[answer.status] ?? 0) + 1;
    return answer;
  }

  #faultsOf(wire: WireRequest, answer: WireAnswer, others: readonly string[] = []): Violation[] {
    const log = this.#logLines.filter((line) => /"level":(50|60)/.test(line));
    const faults = [...(this.#oracle?.faultsOf(wire, answer) ?? []), ...others];
    if (faults.length === 0) return [];
    const { seed } = this.#options;
    return faults.map((fault) => ({ fault, curl: curlOf(wire), answer: answer.text.slice(0, 600), log, seed }));
  }
}

/** Faults that differ in a value or a place of a list are one. */
function signature(fault: string): string {
  return fault.replaceAll(/\/\d+/g, '/0').slice(0, 160);
}

/** Values by the name of their property, from the document's examples: codes that are in vocabularies. */
function samplesOf(document: Schema): Map<string, unknown[]> {
  const samples = new Map<string, unknown[]>();
  const add = (name: string, value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) add(name, item);
    else if (value !== null && typeof value === 'object') {
      for (const [inner, one] of Object.entries(value)) add(inner, one);
    } else if (!/id$/i.test(name)) samples.set(name, [...new Set([...(samples.get(name) ?? []), value])]);
  };
  for (const item of Object.values<Schema>(document.paths)) {
    for (const { requestBody } of Object.values<Schema>(item)) {
      for (const { example } of Object.values<Schema>(requestBody?.content ?? {})) add('', example);
    }
  }
  return samples;
}
