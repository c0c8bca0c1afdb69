import { Converter } from 'opencc-js/t2cn';

/** Text ready for the scanner, and where each of its UTF-16 units came from in the original. */
export type NormalizedText = {
  text: string;
  /** Start of the original unit behind unit i; one entry more than the text is long. Undefined: positions did not move. */
  origin: Uint32Array | undefined;
};

const toSimplified = Converter({ from: 't', to: 'cn' });
const hanPattern = /[\u3400-\u9fff\uf900-\ufaff]/;
const loneSurrogatePattern = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** Full-width forms become ordinary ones unit by unit, so they move nothing. */
const fullWidthPattern = /[\uff01-\uff5e\u3000]/g;
/** Stretches that normalization leaves alone, else one character with its marks. */
const chunkPattern = /[ -~\n\u3001-\u301b\u3400-\u4dbf\u4e00-\u9fff]+(?!\p{M})|[^\p{M}]\p{M}*|\p{M}+/gu;

/** NFKC, lower case and traditional to simplified, keeping the way back to the original positions. */
export function normalizeText(original: string): NormalizedText {
  const safe = original
    .replace(loneSurrogatePattern, ' ')
    .replace(fullWidthPattern, (character) => character.normalize('NFKC'));
  const folded = safe.normalize('NFKC').toLowerCase();
  if (folded.length === safe.length && safe.normalize('NFKC') === safe) {
    return { text: simplify(folded), origin: undefined };
  }
  return foldByChunk(safe);
}

/** The same normalization for a word whose positions do not matter. */
export function normalizeWord(word: string): string {
  return normalizeText(word).text;
}

function foldByChunk(safe: string): NormalizedText {
  const parts: string[] = [];
  const origin: number[] = [];
  for (const match of safe.matchAll(chunkPattern)) {
    const folded = match[0].normalize('NFKC').toLowerCase();
    const moved = folded.length !== match[0].length;
    parts.push(folded);
    for (let unit = 0; unit < folded.length; unit++) {
      origin.push(match.index + (moved ? 0 : unit));
    }
  }
  origin.push(safe.length);
  return { text: simplify(parts.join('')), origin: Uint32Array.from(origin) };
}

/** Whole phrases first (乾燥 is 干燥, 乾坤 stays); by single characters should a phrase ever change the length. */
function simplify(text: string): string {
  if (!hanPattern.test(text)) {
    return text;
  }
  const converted = toSimplified(text);
  return converted.length === text.length ? converted : Array.from(text, simplifyCharacter).join('');
}

function simplifyCharacter(character: string): string {
  const converted = toSimplified(character);
  return converted.length === character.length ? converted : character;
}

/** Maps a span of normalized text back to the original. */
export function originalSpan(
  normalized: NormalizedText,
  start: number,
  end: number,
  originalLength: number,
): { start: number; end: number } {
  const { origin } = normalized;
  if (origin === undefined) {
    return { start, end };
  }
  const from = origin[start] ?? originalLength;
  const lastUnit = origin[end - 1] ?? originalLength;
  let next = end;
  while (next < origin.length && origin[next] === lastUnit) {
    next++;
  }
  return { start: from, end: origin[next] ?? originalLength };
}
