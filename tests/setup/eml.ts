/** A mail as its reader's program takes it apart (RFC 5322, 2045–2047): as much as our own mails need. */
export interface ReadMail {
  /** By lower-case name, unfolded and decoded. */
  headers: Record<string, string>;
  text: string;
  html: string;
}

export function readEml(source: string): ReadMail {
  const { headers, body } = partOf(source.replaceAll('\r\n', '\n'));
  const boundary = /boundary="([^"]+)"/.exec(headers['content-type'] ?? '')?.[1];
  const parts = boundary === undefined ? [{ headers, body }] : partsOf(body, boundary);
  const content = (type: string) => {
    const part = parts.find((one) => one.headers['content-type']?.startsWith(type));
    return part === undefined ? '' : decode(part.body, part.headers['content-transfer-encoding'] ?? '7bit');
  };
  return { headers, text: content('text/plain'), html: content('text/html') };
}

interface Part {
  headers: Record<string, string>;
  body: string;
}

function partOf(source: string): Part {
  const end = source.indexOf('\n\n');
  const lines = source
    .slice(0, end)
    .replaceAll(/\n[ \t]+/g, ' ')
    .split('\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim())];
    }),
  );
  return { headers, body: source.slice(end + 2) };
}

function partsOf(body: string, boundary: string): Part[] {
  const pieces = body.split(`--${boundary}`);
  return pieces.slice(1, -1).map((piece) => partOf(piece.replace(/^\n/, '')));
}

function decode(body: string, encoding: string): string {
  switch (encoding) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8');
    case 'quoted-printable':
      return bytesOf(body.replaceAll(/=\n/g, '')).toString('utf8');
    default:
      return body;
  }
}

function bytesOf(quoted: string): Buffer {
  const latin = quoted.replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(latin, 'latin1');
}

/** Encoded words; a blank between two of them is not part of the text. */
function decodeWords(value: string): string {
  const joined = value.replaceAll(/\?=\s+=\?/g, '?==?');
  return joined.replaceAll(/=\?UTF-8\?([BQ])\?([^?]*)\?=/gi, (_, encoding: string, text: string) =>
    encoding.toUpperCase() === 'B'
      ? Buffer.from(text, 'base64').toString('utf8')
      : bytesOf(text.replaceAll('_', ' ')).toString('utf8'),
  );
}
