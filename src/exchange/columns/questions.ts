import type { CampaignQuestion } from '../../../db/schema/index.ts';
import { column, type ImportColumn, type Reader } from './column.ts';
import { writeNumber, writeText } from './writers.ts';

const mostCharacters = 2_000;

const written: Reader = {
  read: (cell) =>
    String(cell).length <= mostCharacters
      ? { value: String(cell) }
      : {
          fault: {
            code: 'maxLength',
            message: { zh: `最多 ${mostCharacters} 字`, en: `at most ${mostCharacters} characters` },
          },
        },
  write: writeText,
};

const counted: Reader = {
  read: (cell) => {
    const value = Number(String(cell).normalize('NFKC').replaceAll(/[,\s]/g, ''));
    return Number.isFinite(value)
      ? { value }
      : { fault: { code: 'number', message: { zh: '应为数字', en: 'must be a number' } } };
  },
  write: writeNumber,
};

/** A question that a campaign asks of each demand, as a column. Which answers fit is for the campaign to say. */
export function questionColumn({ code, kind, required, choices }: CampaignQuestion): ImportColumn {
  const reader = kind === 'number' ? counted : written;
  const place = `answers.${code}`;
  const hint = kind === 'number' ? { zh: '数字', en: 'a number' } : null;
  const said = (language: 'zh' | 'en', separator: string) =>
    choices === undefined ? (hint === null ? [] : [hint[language]]) : [choices.join(separator)];
  return {
    ...column(place, place, choices === undefined ? reader : { ...reader, choices }, {
      zh: [required ? '本次征集必答' : '选答', ...said('zh', '、')].join('：'),
      en: [required ? 'the campaign requires an answer' : 'optional', ...said('en', ', ')].join(': '),
    }),
    ...(required ? { isAskedFor: true as const } : {}),
  };
}
