import { eachBigram, quantityTerm, readableText, stemWord } from './analysis.ts';
import { KnownWords } from './known-words.ts';
import { type ScanSink, scanText } from './scan.ts';
import { termId, wordIdBetween } from './term-id.ts';
import type { AnalysedDocument, EngineDocument, FieldTokens, TextFields } from './types.ts';

/** Reads a document's text into term ids: those of the tokens and pairs that `analyse` finds. */
export function analyseDocument({ id, fields, tags = [] }: EngineDocument): AnalysedDocument {
  return { id, fields: analyseFields(fields), tags };
}

export function analyseFields({ title, keywords, body }: TextFields): AnalysedDocument['fields'] {
  return [reader.read(title), reader.read(keywords), reader.read(body)];
}

/** In the place of a term: a stop word, or one too long to be a word. */
const noTerm = -1;

/** Reads one text after the other into the same arrays; what is left behind for each is what it returns. */
class TermReader implements ScanSink {
  private text = '';
  private count = 0;
  private terms = new Float64Array(1_024);
  private joined = new Uint8Array(1_024);
  private followsWord = false;
  private readonly words = new KnownWords();
  private readonly takeBigram = (from: number, to: number): void => this.add(wordIdBetween(this.text, from, to), false);

  read(original: string): FieldTokens {
    const { text } = readableText(original);
    this.text = text;
    this.count = 0;
    this.followsWord = false;
    scanText(text, this);
    this.text = '';
    return { terms: this.terms.slice(0, this.count), joined: this.joined.slice(0, this.count) };
  }

  run(start: number, end: number): void {
    eachBigram(this.text, start, end, this.takeBigram);
    this.followsWord = false;
  }

  word(start: number, end: number): void {
    const hash = wordIdBetween(this.text, start, end);
    let id = this.words.get(hash);
    if (id === undefined) {
      id = idOf(stemWord(this.text.slice(start, end)));
      this.words.set(hash, id);
    }
    this.addWord(id);
  }

  quantity(start: number, numberEnd: number, end: number): void {
    this.addWord(idOf(quantityTerm(this.text, start, numberEnd, end)));
  }

  private addWord(id: number): void {
    if (id !== noTerm) {
      this.add(id, this.followsWord);
      this.followsWord = true;
    }
  }

  private add(term: number, isJoined: boolean): void {
    if (this.count === this.terms.length) {
      this.grow();
    }
    this.terms[this.count] = term;
    this.joined[this.count] = isJoined ? 1 : 0;
    this.count++;
  }

  private grow(): void {
    const { terms, joined } = this;
    this.terms = new Float64Array(2 * terms.length);
    this.terms.set(terms);
    this.joined = new Uint8Array(2 * joined.length);
    this.joined.set(joined);
  }
}

function idOf(term: string | undefined): number {
  return term === undefined ? noTerm : termId(term);
}

const reader = new TermReader();
