import type { OutageReport } from '../../bench/search/outage.ts';
import { runSearchOutages } from '../../bench/search/outages.ts';
import { percentile } from '../../bench/speed/rows.ts';
import type { FaultReport } from './oracles.ts';

const documents = 200;
const writesPerSecond = 20;

export interface SearchAwayRun {
  databaseUrl: string;
  /** For the program's own files. */
  dataDir: string;
  /** That the engine is away in each way. */
  seconds: number;
  tell?: (line: string) => void;
}

/** What `npm run bench:search-away` measures, held against the promise: the engine refuses, hangs, fails and is slow. */
export async function runSearchAway({ tell = () => undefined, ...run }: SearchAwayRun): Promise<FaultReport> {
  const wrongAnswers: string[] = [];
  const figures: Record<string, number> = {};
  let kills = 0;
  let acknowledged = 0;
  const effects: FaultReport['effects'] = {};
  await runSearchOutages({
    ...run,
    ...{ documents, writesPerSecond },
    onReport(way, report) {
      kills += 1;
      acknowledged += report.acknowledged;
      wrongAnswers.push(...complaintsOf(report).map((complaint) => `${way}: ${complaint}`));
      // In step again: the engine holds each record, in the version that was acknowledged last.
      const lost = report.parityMs === null ? report.acknowledged : 0;
      effects[way] = { expected: report.acknowledged, lost, uncalledFor: 0, duplicated: 0, repeated: 0 };
      figures[`${way} answerP99Seconds`] = percentile(report.answerMs, 0.99) / 1_000;
      figures[`${way} paritySeconds`] = (report.parityMs ?? Number.NaN) / 1_000;
      tell(`${way}: ${report.acknowledged} writes, ${report.questions} questions`);
    },
  });
  return { kills, acknowledged, wrongAnswers, dead: 0, effects, figures };
}

function complaintsOf(report: OutageReport): string[] {
  const { writes, acknowledged, questions, answered, parityMs, wholeMs } = report;
  const complaints: string[] = [];
  if (acknowledged < writes) complaints.push(`${writes - acknowledged} of ${writes} writes failed`);
  if (answered < questions) complaints.push(`${questions - answered} of ${questions} questions had no answer`);
  if (report.degraded === 0) complaints.push('no answer was marked degraded');
  if (parityMs === null || wholeMs === null) complaints.push('it did not come back into step');
  return complaints;
}
