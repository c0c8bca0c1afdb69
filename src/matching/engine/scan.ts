/** What stands in a normalized text, in reading order. UTF-16 units, ends exclusive. */
export type ScanSink = {
  /** A run of Han characters, kana and hangul. */
  run(start: number, end: number): void;
  word(start: number, end: number): void;
  /** A number and its unit, perhaps with a blank between them. */
  quantity(start: number, numberEnd: number, end: number): void;
};

/** Units that numbers are kept with, as they stand in a normalized text. */
export const unitNames: string =
  'n|nm|um|µm|μm|mm|cm|dm|km|m|m2|m3|pa|kpa|mpa|gpa|bar|mg|ug|μg|kg|g|t|ml|l|w|kw|mw|gw|wh|kwh|mwh|gwh|v|mv|kv|a|ma|ah|mah|hz|khz|mhz|ghz|thz|' +
  'k|°c|°f|%|‰|ppm|ppb|h|min|s|ms|us|ns|db|kn|j|kj|mj|mol|mmol|rpm|mb|gb|tb|gbps|mbps|ev|kev|lm|lx|dpi|mas|ha|cfu|iu|kda|bp|mpa·s|kcal';
const unitPattern = new RegExp(`\\s?(?:${unitNames})(?![\\p{L}\\p{N}])`, 'uy');

/** Kinds of characters, bits: ー is part of a run and of a word, whichever it stands in. */
const inRun = 1;
const inWord = 2;
const isDigit = 4;
/** Two UTF-16 units. */
const isWide = 8;
const isKnown = 128;

const runPattern = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}ー〇]$/u;
const wordPattern = /^(?!\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul})[\p{L}\p{N}\p{M}]$/u;
const digitPattern = /^\d$/;

/** By UTF-16 unit, filled in as they are met. */
const kindsByUnit = new Uint8Array(65_536);

/**
 * Splits a normalized text into runs, quantities ("450 mpa") and words, which decimals may end ("1.5", "v1.2"). By hand and not by a
 * pattern, whose matches were most of the garbage that reading a document made.
 */
export function scanText(text: string, sink: ScanSink): void {
  const { length } = text;
  let at = 0;
  while (at < length) {
    const kind = kindAt(text, at);
    if ((kind & inRun) !== 0) {
      const end = endOf(text, at, inRun);
      sink.run(at, end);
      at = end;
    } else if ((kind & inWord) !== 0) {
      at = takeWord(text, at, kind, sink);
    } else {
      at += widthOf(kind);
    }
  }
}

function takeWord(text: string, start: number, kind: number, sink: ScanSink): number {
  if ((kind & isDigit) !== 0) {
    const numberEnd = endOfDecimals(text, endOf(text, start, isDigit));
    unitPattern.lastIndex = numberEnd;
    if (unitPattern.test(text)) {
      const end = unitPattern.lastIndex;
      sink.quantity(start, numberEnd, end);
      return end;
    }
  }
  const end = endOfDecimals(text, endOf(text, start, inWord));
  sink.word(start, end);
  return end;
}

/** Where the characters of a kind end that begin at a place. */
function endOf(text: string, start: number, wanted: number): number {
  let at = start;
  while (at < text.length) {
    const kind = kindAt(text, at);
    if ((kind & wanted) === 0) {
      break;
    }
    at += widthOf(kind);
  }
  return at;
}

/** Past points and commas that digits follow. */
function endOfDecimals(text: string, from: number): number {
  let at = from;
  for (;;) {
    const unit = at + 1 < text.length ? text.charCodeAt(at) : 0;
    if ((unit !== 0x2e && unit !== 0x2c) || (kindAt(text, at + 1) & isDigit) === 0) {
      return at;
    }
    at = endOf(text, at + 1, isDigit);
  }
}

function widthOf(kind: number): number {
  return (kind & isWide) === 0 ? 1 : 2;
}

function kindAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  const known = kindsByUnit[unit] as number;
  if (known !== 0) {
    return known;
  }
  const codePoint = text.codePointAt(at) as number;
  const kind = kindOf(String.fromCodePoint(codePoint));
  if ((kind & isWide) === 0 && (unit & 0xf800) !== 0xd800) {
    kindsByUnit[unit] = kind;
  }
  return kind;
}

function kindOf(character: string): number {
  return (
    isKnown |
    (runPattern.test(character) ? inRun : 0) |
    (wordPattern.test(character) ? inWord : 0) |
    (digitPattern.test(character) ? isDigit : 0) |
    (character.length > 1 ? isWide : 0)
  );
}
