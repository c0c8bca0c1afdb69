import type { CreateProject } from '../../src/projects/inputs.ts';
import type { SamplePair } from './sample.ts';

interface Words {
  message: string;
  project(title: string): string;
  milestones: [Milestone, Milestone];
}

interface Milestone {
  title: string;
  acceptanceCriteria: string;
  paymentShare: number;
  dueInDays: number;
}

const zh: Words = {
  message: '技术路线和指标相合，建议先线上交流。',
  project: (title) => `联合攻关：${title}`,
  milestones: [
    { title: '完成小试', acceptanceCriteria: '关键指标由第三方检测达到需求书要求', paymentShare: 40, dueInDays: 180 },
    { title: '完成中试', acceptanceCriteria: '在企业现场连续运行三十天，指标保持', paymentShare: 60, dueInDays: 360 },
  ],
};

const en: Words = {
  message: 'Approach and figures fit; a first call is suggested.',
  project: (title) => `Joint development: ${title}`,
  milestones: [
    {
      title: 'Bench trial',
      acceptanceCriteria: 'A third party measures what the demand asks for',
      paymentShare: 40,
      dueInDays: 180,
    },
    {
      title: 'Pilot on site',
      acceptanceCriteria: 'Thirty days at the enterprise within the figures',
      paymentShare: 60,
      dueInDays: 360,
    },
  ],
};

/** What people say in the story, in the language of the demand. */
export function wordsOf(language: 'zh' | 'en' | undefined): { message: string } {
  return { message: (language === 'en' ? en : zh).message };
}

const dayMs = 86_400_000;
const titleLength = 100;
/** Where neither side names an amount. */
const fallbackBudgetCny = 1_000_000;

export function projectOf({ demand, result }: SamplePair, introductionId: string, now: Date): CreateProject {
  const words = demand.language === 'en' ? en : zh;
  return {
    introductionId,
    title: words.project(demand.title.slice(0, titleLength)),
    budgetCny: demand.budget?.maxCny ?? result.price?.maxCny ?? fallbackBudgetCny,
    fundingMode: 'lump_sum',
    milestones: words.milestones.map(({ dueInDays, ...milestone }) => ({
      ...milestone,
      dueOn: new Date(now.getTime() + dueInDays * dayMs).toISOString().slice(0, 10),
    })),
  };
}
