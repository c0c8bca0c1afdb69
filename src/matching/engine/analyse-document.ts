import { analyse } from './analysis.ts';
import { termId } from './term-id.ts';
import type { AnalysedDocument, EngineDocument, FieldTokens, TextFields } from './types.ts';

/** Reads a document's text into term ids. */
export function analyseDocument({ id, fields, tags = [] }: EngineDocument): AnalysedDocument {
  return { id, fields: analyseFields(fields), tags };
}

export function analyseFields({ title, keywords, body }: TextFields): AnalysedDocument['fields'] {
  return [tokensOf(title), tokensOf(keywords), tokensOf(body)];
}

function tokensOf(text: string): FieldTokens {
  const { tokens, pairs } = analyse(text);
  const terms = new Float64Array(tokens.length);
  const joined = new Uint8Array(tokens.length);
  let pair = 0;
  tokens.forEach(({ term, end }, at) => {
    terms[at] = termId(term);
    if (at > 0 && pairs[pair]?.end === end && pairs[pair]?.start === tokens[at - 1]?.start) {
      joined[at] = 1;
      pair++;
    }
  });
  if (pair < pairs.length) {
    throw new Error('The analysis made a pair of words that are not neighbours; the index cannot keep it.');
  }
  return { terms, joined };
}
