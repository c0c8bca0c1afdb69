import { castOf, director, officer, researcher, samplePassword } from './cast.ts';
import { known, type Sample } from './sample.ts';
import type { Story } from './story.ts';
import { cutTo, tableRow, wrapTo } from './table.ts';
import type { StoryStep } from './telling.ts';

/** What fits a terminal of usual size; a screen has at most 40 lines. */
const width = 110;
const storyWidths = [28, 60, 16] as const;
const signInWidths = [34, 50, 20] as const;
const indent = ' '.repeat(7);

export function storyLines(steps: readonly StoryStep[]): string[] {
  return [
    tableRow(['who 谁', 'what 做什么', 'status 状态'], storyWidths),
    '─'.repeat(width),
    ...steps.map((step) => tableRow([step.who, step.what, step.status], storyWidths)),
  ];
}

/** Score, the result, and why: the explanation, or what keeps it from being a match, in the language of the demand. */
export function matchLines({ demandCode, best }: Story, language: 'zh' | 'en'): string[] {
  return [
    `Best matches of ${demandCode} 最佳匹配 (score of 100, result, why)`,
    ...best.flatMap(({ score, result, nearMiss, explanation }) => {
      const why = nearMiss === null ? explanation[language] : `near miss 差一项: ${nearMiss.change[language]}`;
      return [
        cutTo(`${score.toFixed(1)} · ${result.code} ${result.title}`, width),
        ...wrapTo(why, width - indent.length, 2).map((line) => indent + line),
      ];
    }),
  ];
}

/** A password that the operator chose is not repeated. */
export function signInLines(
  sample: Sample,
  administrator: { email: string; password: string; isOurs: boolean },
): string[] {
  const [first] = sample.pairs;
  const cast = castOf(sample, first);
  const transferOffice = known(sample.organizations, first.result.organization).contact.email;
  const accounts = [
    [
      'administrator 平台管理员',
      administrator.email,
      administrator.isOurs ? administrator.password : '(ADMIN_PASSWORD)',
    ],
    ['director 市场主任', director.email],
    ['broker 经纪人 (demand side)', cast.demandBroker],
    ['broker 经纪人 (result side)', cast.resultBroker],
    ['enterprise member 企业', cast.enterprise],
    ['university member 高校教师', researcher.email],
    ['transfer office admin 成果转化办', transferOffice],
    ['government officer 科技局', officer.email],
  ];
  return [
    `Sign in 登录 (POST /v1/sessions); all other sample accounts have the password ${samplePassword}, too`,
    ...accounts.map(([role = '', email = '', password = samplePassword]) =>
      tableRow([role, email, password], signInWidths),
    ),
  ];
}
