import type { TextFields } from './types.ts';

const other = 0;
const han = 1;
const latin = 2;
const hanPattern = /\p{Script=Han}/u;
const latinPattern = /\p{Script=Latin}/u;
const firstSurrogate = 0xd800;
const lastSurrogate = 0xdfff;
const lastOfTable = 0xffff;

let scripts: Uint8Array | undefined;

/** The script of each code point of the basic plane, asked once: a table is 20 times as fast as the pattern. */
function scriptTable(): Uint8Array {
  scripts ??= Uint8Array.from({ length: lastOfTable + 1 }, (_, code) => scriptOf(code));
  return scripts;
}

function scriptOf(code: number): number {
  const character = String.fromCodePoint(code);
  if (hanPattern.test(character)) {
    return han;
  }
  return latinPattern.test(character) ? latin : other;
}

/** How much of a text is Chinese: 0 none, 1 all. An English word weighs as much as a Chinese word of two characters. */
export function hanShare({ title, keywords, body }: TextFields): number {
  let characters = 0;
  let words = 0;
  const table = scriptTable();
  for (const text of [title, keywords, body]) {
    let before = other;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      let script = table[unit] as number;
      if (unit >= firstSurrogate && unit <= lastSurrogate) {
        const code = text.codePointAt(at) as number;
        if (code > lastOfTable) {
          script = scriptOf(code);
          at++;
        }
      }
      characters += script === han ? 1 : 0;
      words += script === latin && before !== latin ? 1 : 0;
      before = script;
    }
  }
  const chinese = characters / 2;
  return chinese + words > 0 ? chinese / (chinese + words) : 0;
}
