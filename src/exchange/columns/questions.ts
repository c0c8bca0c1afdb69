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
  return column(`answers.${code}`, `answers.${code}`, kind === 'number' ? counted : written, {
    zh: `${required ? '必答' : '选答'}${choices === undefined ? '' : `：${choices.join('、')}`}`,
    en: `${required ? 'required' : 'optional'}${choices === undefined ? '' : `: ${choices.join(', ')}`}`,
  });
}
