/** The name under which addresses are reported that are perhaps no operation. */
export const anyAddress = 'any address';

export interface Violation {
  fault: string;
  /** The smallest request that showed it. */
  curl: string;
  answer: string;
  /** What the server logged about it. */
  log: string[];
  seed: number;
}

export interface OperationReport {
  operation: string;
  requests: number;
  statuses: Record<string, number>;
  violations: Violation[];
}

const shownCurl = 2_000;

export function merged(before: OperationReport | undefined, after: OperationReport): OperationReport {
  if (before === undefined) return after;
  const statuses = { ...before.statuses };
  for (const [status, count] of Object.entries(after.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
  const known = new Set(before.violations.map(({ fault }) => fault));
  return {
    operation: before.operation,
    requests: before.requests + after.requests,
    statuses,
    violations: [...before.violations, ...after.violations.filter(({ fault }) => !known.has(fault))],
  };
}

/** Why a run has failed; none when all is well. */
export function complaintsOf(reports: readonly OperationReport[]): string[] {
  if (reports.length === 0) return ['no operation was asked'];
  return reports.flatMap(({ operation, requests, violations }) => [
    ...(requests === 0 ? [`${operation} got no request`] : []),
    ...violations.map(({ fault }) => `${operation}: ${fault}`),
  ]);
}

export function acceptedShare({ requests, statuses }: OperationReport): number {
  const accepted = Object.entries(statuses).reduce(
    (sum, [status, count]) => sum + (Number(status) < 300 ? count : 0),
    0,
  );
  return requests === 0 ? 0 : accepted / requests;
}

/** A line for each operation, with the share of its requests that succeeded, then each violation as a command. */
export function printReports(reports: readonly OperationReport[]): void {
  for (const report of reports) {
    const share = `${Math.round(100 * acceptedShare(report))} %`;
    console.log(`${report.operation.padEnd(64)} ${String(report.requests).padStart(7)} ${share.padStart(5)} 2xx`);
  }
  const requests = reports.reduce((sum, report) => sum + report.requests, 0);
  const accepted = reports.reduce((sum, report) => sum + report.requests * acceptedShare(report), 0);
  console.log(
    `${reports.length} operations, ${requests} requests, ${Math.round((100 * accepted) / requests)} % answered with 2xx`,
  );
  const never = reports
    .filter((report) => acceptedShare(report) === 0 && report.operation !== anyAddress)
    .map(({ operation }) => operation);
  if (never.length > 0) console.log(`never 2xx: ${never.join(', ')}`);
  for (const { operation, violations } of reports) {
    for (const { fault, curl, answer, log, seed } of violations) {
      const command = curl.length > shownCurl ? `${curl.slice(0, shownCurl)}… (${curl.length} characters)` : curl;
      console.log([`\n${operation}: ${fault} (seed ${seed})`, command, answer, ...log].join('\n'));
    }
  }
}
