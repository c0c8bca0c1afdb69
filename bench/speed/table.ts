import { figure, type SpeedRow } from './rows.ts';

const columns = ['query_p50', 'query_p99', 'query_ratio', 'queries', 'build', 'memory'];
const headings = ['p50 ms', 'p99 ms', '× duijie', 'queries', 'build s', 'memory MB'];

/** A line for each system, then what has no column. */
export function printTable(rows: readonly SpeedRow[]): void {
  printLine('system', headings);
  for (const system of new Set(rows.map((row) => row.system))) {
    const cells = columns.map((measure) => rows.find((row) => row.system === system && row.measure === measure));
    printLine(
      system,
      cells.map((row) => (row === undefined ? '' : row.measure === 'queries' ? `${row.value}` : figure(row.value))),
    );
  }
  for (const { system, measure, value, unit } of rows.filter((row) => !columns.includes(row.measure))) {
    console.info(`${system} ${measure} ${figure(value)} ${unit}`);
  }
}

function printLine(system: string, cells: readonly string[]): void {
  console.info(`${system.padEnd(12)} ${cells.map((cell) => cell.padStart(10)).join(' ')}`);
}
