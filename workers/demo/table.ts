/** Columns that a terminal gives a text: East Asian Wide and Fullwidth characters take two (Unicode TR 11). */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  return width;
}

function isWide(point: number): boolean {
  return (
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0xa4cf && point !== 0x303f) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0xffe0 && point <= 0xffe6) ||
    (point >= 0x1f300 && point <= 0x1faff) ||
    (point >= 0x20000 && point <= 0x3fffd)
  );
}

/** The text on one line of at most so many columns; what is cut off is marked. */
export function cutTo(text: string, width: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (displayWidth(line) <= width) return line;
  let kept = '';
  let used = 1;
  for (const character of line) {
    used += displayWidth(character);
    if (used > width) break;
    kept += character;
  }
  return `${kept}…`;
}

/** The text on at most so many lines; what does not fit the last is marked. */
export function wrapTo(text: string, width: number, maxLines: number): string[] {
  const lines: string[] = [];
  let rest = text.replace(/\s+/g, ' ').trim();
  while (lines.length < maxLines - 1 && displayWidth(rest) > width) {
    const line = headOf(rest, width);
    lines.push(line.trimEnd());
    rest = rest.slice(line.length);
  }
  return [...lines, cutTo(rest, width)];
}

/** As much of the text's beginning as fits; English is broken at a space, Chinese anywhere. */
function headOf(text: string, width: number): string {
  let head = '';
  let used = 0;
  for (const character of text) {
    used += displayWidth(character);
    if (used > width) break;
    head += character;
  }
  const isInWord = /[!-~]$/.test(head) && /^[!-~]/.test(text.slice(head.length));
  const space = head.lastIndexOf(' ');
  return isInWord && space > 0 ? head.slice(0, space + 1) : head;
}

/** Cells side by side, each as wide as its column; the last one is not padded. */
export function tableRow(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, at) => {
      const text = cutTo(cell, widths[at] ?? 0);
      return text + ' '.repeat(Math.max(0, (widths[at] ?? 0) - displayWidth(text)));
    })
    .join(' │ ')
    .trimEnd();
}
