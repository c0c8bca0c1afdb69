import type { MatchView } from '../../src/matches/views.ts';
import { castOf, director, officer, researcher, samplePassword } from './cast.ts';
import { known, type Sample } from './sample.ts';
import type { Story, StoryStep } from './story.ts';
import { cutTo, tableRow } from './table.ts';

/** What fits a terminal of usual size; a screen has at most 40 lines. */
const width = 110;
const storyWidths = [34, 51, 19] as const;
const signInWidths = [34, 51] as const;

export function storyLines(steps: readonly StoryStep[]): string[] {
  return [
    tableRow(['who 谁', 'what 做什么', 'status 状态'], storyWidths),
    '─'.repeat(width),
    ...steps.map((step) => tableRow([step.who, step.what, step.status], storyWidths)),
  ];
}

/** Score, the result, and why: the explanation in the language of the demand. */
export function matchLines({ demandCode, best }: Story, language: 'zh' | 'en'): string[] {
  return [
    `Best matches of ${demandCode} 最佳匹配 (score of 100, result, why)`,
    ...best.flatMap((match: MatchView) => [
      cutTo(`${match.score.toFixed(1).padStart(5)}  ${match.result.code}  ${match.result.title}`, width),
      `       ${cutTo(match.explanation[language], width - 7)}`,
    ]),
  ];
}

export function signInLines(sample: Sample, administrator: { email: string; password: string }): string[] {
  const [first] = sample.pairs;
  const cast = castOf(sample, first);
  const transferOffice = known(sample.organizations, first.result.organization).contact.email;
  const accounts = [
    ['administrator 平台管理员', administrator.email, administrator.password],
    ['director 市场主任', director.email],
    ['broker 经纪人 (demand side)', cast.demandBroker],
    ['broker 经纪人 (result side)', cast.resultBroker],
    ['enterprise member 企业', cast.enterprise],
    ['university member 高校教师', researcher.email],
    ['transfer office admin 成果转化办', transferOffice],
    ['government officer 科技局', officer.email],
  ];
  return [
    `Sign in 登录 (POST /v1/sessions); the password is ${samplePassword} for all sample accounts`,
    ...accounts.map(([role = '', email = '', password = samplePassword]) =>
      tableRow([role, `${email} / ${password}`], signInWidths),
    ),
  ];
}
