/** Characters that no text of people has: a file with one of them is of some other kind. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const control = /[\u0000-\u0008\u000e-\u001f]/;

/** Reads chunks as UTF-8, one after the other. */
export class TextCheck {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true });

  /** False once what came is no text. */
  accepts(chunk: Uint8Array): boolean {
    try {
      return !control.test(this.#decoder.decode(chunk, { stream: true }));
    } catch {
      return false;
    }
  }

  /** False when the last character is cut off. */
  ends(): boolean {
    try {
      this.#decoder.decode();
      return true;
    } catch {
      return false;
    }
  }
}
