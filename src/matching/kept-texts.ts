import type { ComparedDocument } from './engine/compare.ts';
import { type RecordText, resultText } from './record-text.ts';
import type { MatchResult } from './types.ts';

/** A result's text, and what the engine has read of it, once it has been asked. */
export type KeptText = { text: RecordText; read: ComparedDocument | undefined };

/** Texts of results that were asked for last, by id and version: the same results are candidates again and again. */
export class KeptTexts {
  private readonly maxCharacters: number;
  /** The one that was asked for longest ago comes first. */
  private readonly texts = new Map<string, KeptText>();
  private characters = 0;

  constructor(maxCharacters: number) {
    this.maxCharacters = maxCharacters;
  }

  of(result: MatchResult): KeptText {
    const key = `${result.id}:${result.version}`;
    const before = this.texts.get(key);
    const kept = before ?? { text: resultText(result), read: undefined };
    if (before === undefined) {
      this.characters += lengthOf(kept);
    } else {
      this.texts.delete(key);
    }
    this.texts.set(key, kept);
    this.makeRoom();
    return kept;
  }

  private makeRoom(): void {
    for (const [key, oldest] of this.texts) {
      if (this.characters <= this.maxCharacters) {
        return;
      }
      this.texts.delete(key);
      this.characters -= lengthOf(oldest);
    }
  }
}

function lengthOf({ text: { fields } }: KeptText): number {
  return fields.title.length + fields.keywords.length + fields.body.length;
}
