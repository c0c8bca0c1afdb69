import { loadDictionary, loadTransliterations } from '../db/seed/dictionary.ts';
import { analyseDocument } from '../src/matching/engine/analyse-document.ts';
import { createEngine } from '../src/matching/engine/engine.ts';
import { attachDictionary, packDictionary } from '../src/matching/engine/packed-dictionary.ts';
import { rankTask } from '../src/matching/rank.ts';
import { demandText, resultText, versionTag } from '../src/matching/record-text.ts';
import { createTextMatcher } from '../src/matching/text-match.ts';
import { type MatchResult, noFacts } from '../src/matching/types.ts';
import { loadSample } from '../tests/matching/sample-records.ts';
import { runBench } from './flags.ts';
import { mulberry32 } from './synthetic.ts';

/** What it costs to find experts: every profile scored in full, against an engine of their own that picks fifty first. */
const profileCounts = [500, 2_000, 5_000];
const rounds = 5;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** The least CPU time of some rounds: others use the machine, too. */
function leastMs(work: (round: number) => void): number {
  const times = Array.from({ length: rounds }, (_, round) => {
    const startedMs = cpuMs();
    work(round);
    return cpuMs() - startedMs;
  });
  return Math.min(...times);
}

/** Three results of the sample make a profile: the headline and summary of one, keywords of two, titles of all. */
function profilesOf(results: readonly MatchResult[], count: number): MatchResult[] {
  const random = mulberry32(7);
  const pick = () => results[Math.floor(random() * results.length)] as MatchResult;
  return Array.from({ length: count }, (_, at) => {
    const [first, second, third] = [pick(), pick(), pick()];
    return {
      ...first,
      id: `expert-${at}`,
      keywords: [...first.keywords, ...second.keywords].slice(0, 12),
      description: [first, second, third].map(({ title }) => title).join('\n'),
      advantages: null,
      indicators: [],
      cooperationModes: [],
    };
  });
}

await runBench(async () => {
  const dictionaryMs = cpuMs();
  const dictionary = attachDictionary(packDictionary(loadDictionary(), loadTransliterations()));
  console.log(`dictionary: ${(cpuMs() - dictionaryMs).toFixed(0)} ms CPU, once in each process that scores`);
  const { demands, results } = loadSample();
  const base = createEngine({ dictionary });
  base.load(results.map((result) => analyseDocument({ id: result.id, fields: resultText(result).fields })));
  for (const count of profileCounts) {
    const profiles = profilesOf(results, count);
    const demandOf = (round: number) => demands[round] as (typeof demands)[number];
    const scoring = leastMs((round) => {
      // As in a reader's thread: texts come anew with each question.
      const others = structuredClone(profiles);
      const task = {
        side: 'demand',
        subject: demandOf(round),
        others,
        facts: noFacts,
        now: new Date(),
        atMost: 10,
      } as const;
      rankTask(task, createTextMatcher(base));
    });
    const sending = leastMs(() => structuredClone(profiles));
    const startedMs = cpuMs();
    const own = createEngine({ dictionary });
    const fieldsOf = new Map(profiles.map((profile) => [profile.id, resultText(profile).fields]));
    own.load([...fieldsOf].map(([id, fields]) => analyseDocument({ id, fields, tags: [versionTag(1)] })));
    const building = cpuMs() - startedMs;
    const searching = leastMs((round) => {
      const query = own.prepare(demandText(demandOf(round)).fields);
      for (const { id } of own.search(query, { limit: 50 }))
        own.compare(query, fieldsOf.get(id) ?? { title: '', keywords: '', body: '' }, { id, tag: versionTag(1) });
    });
    console.log(
      `${count} profiles: all scored ${scoring.toFixed(0)} ms (of it copying to the thread ${sending.toFixed(0)} ms); ` +
        `an engine of their own ${searching.toFixed(1)} ms a question, built in ${building.toFixed(0)} ms`,
    );
  }
});
