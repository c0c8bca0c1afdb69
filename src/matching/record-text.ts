import type { Place, TextFields } from './engine/types.ts';
import type { MatchDemand, MatchResult, RecordPlace } from './types.ts';

type Part = { field: string; item?: number; start: number; length: number };

/** A record as the engine reads it, and the way back from the engine's fields to the record's own. */
export type RecordText = { fields: TextFields; parts: Record<keyof TextFields, Part[]> };

/** What the enterprise asks for. What it tried or refuses names the wrong technologies, so it is left out. */
export function demandText(demand: MatchDemand): RecordText {
  return recordText(
    demand.title,
    demand.keywords,
    {
      summary: demand.summary,
      problem: demand.problem,
      keyTechnology: demand.keyTechnology,
      expectedOutcome: demand.expectedOutcome,
    },
    demand.indicators,
  );
}

/** The tag of an indexed record that says which version of its text the index has read. */
export function versionTag(version: number): string {
  return `version:${version}`;
}

export function resultText(result: MatchResult): RecordText {
  return recordText(
    result.title,
    result.keywords,
    {
      summary: result.summary,
      description: result.description,
      advantages: result.advantages,
    },
    result.indicators,
  );
}

/** The engine's place in the record's own fields; undefined if it spans two of them. */
export function recordPlace({ parts }: RecordText, { field, start, end }: Place): RecordPlace | undefined {
  const part = parts[field].find((candidate) => start >= candidate.start && end <= candidate.start + candidate.length);
  if (part === undefined) {
    return undefined;
  }
  const place = { field: part.field, start: start - part.start, end: end - part.start };
  return part.item === undefined ? place : { ...place, item: part.item };
}

function recordText(
  title: string,
  keywords: readonly string[],
  body: Record<string, string | null>,
  indicators: readonly { name: string }[],
): RecordText {
  const keywordParts = join(keywords.map((text, item) => ({ field: 'keywords', item, text })));
  const bodyParts = join([
    ...Object.entries(body).map(([field, text]) => ({ field, text: text ?? '' })),
    ...indicators.map(({ name }, item) => ({ field: 'indicators', item, text: name })),
  ]);
  return {
    fields: { title, keywords: keywordParts.text, body: bodyParts.text },
    parts: {
      title: [{ field: 'title', start: 0, length: title.length }],
      keywords: keywordParts.parts,
      body: bodyParts.parts,
    },
  };
}

const partSeparator = '\n';

function join(pieces: readonly { field: string; item?: number; text: string }[]): { text: string; parts: Part[] } {
  const parts: Part[] = [];
  let text = '';
  for (const { text: piece, ...named } of pieces) {
    if (piece !== '') {
      text += text === '' ? '' : partSeparator;
      parts.push({ ...named, start: text.length, length: piece.length });
      text += piece;
    }
  }
  return { text, parts };
}
