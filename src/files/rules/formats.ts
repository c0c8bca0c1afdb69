import type { Text } from '../../core/text.ts';

/** What files may be. What a browser would run (HTML, SVG), programs, and office files with macros are none of these. */
export type Format = 'pdf' | 'png' | 'jpeg' | 'webp' | 'docx' | 'xlsx' | 'pptx' | 'zip' | 'text';

const openXml = 'application/vnd.openxmlformats-officedocument';

/** The names under which each format may come; the first is given to files that come without one. */
const mediaTypes: Readonly<Record<Format, readonly [string, ...string[]]>> = {
  pdf: ['application/pdf'],
  png: ['image/png'],
  jpeg: ['image/jpeg'],
  webp: ['image/webp'],
  docx: [`${openXml}.wordprocessingml.document`],
  xlsx: [`${openXml}.spreadsheetml.sheet`],
  pptx: [`${openXml}.presentationml.presentation`],
  zip: ['application/zip', 'application/x-zip-compressed'],
  text: ['text/plain', 'text/csv'],
};

const unknownMediaType = 'application/octet-stream';
const allowed: ReadonlySet<string> = new Set(Object.values(mediaTypes).flat());

export const acceptedFormats: Text = {
  zh: 'PDF、PNG、JPEG、WebP、DOCX、XLSX、PPTX、ZIP，以及 UTF-8 编码的 TXT、CSV',
  en: 'PDF, PNG, JPEG, WebP, DOCX, XLSX, PPTX, ZIP, and TXT or CSV in UTF-8',
};

/** How many of its first bytes tell what a file is, as far as they do. */
export const headBytes = 12;

const heads: readonly (readonly [Format, readonly (readonly [number, string])[]])[] = [
  ['pdf', [[0, '%PDF-']]],
  ['png', [[0, '\x89PNG\r\n\x1a\n']]],
  ['jpeg', [[0, '\xff\xd8\xff']]],
  [
    'webp',
    [
      [0, 'RIFF'],
      [8, 'WEBP'],
    ],
  ],
  ['zip', [[0, 'PK\x03\x04']]],
];

/** By the marks that the formats' own specifications name. What has none is text, if all of it reads as such. */
export function formatOfHead(head: Uint8Array): Format {
  const text = Buffer.from(head).toString('latin1');
  const known = heads.find(([, marks]) => marks.every(([at, mark]) => text.startsWith(mark, at)));
  return known?.[0] ?? 'text';
}

/**
 * Which zip it is, by the names of its entries (ECMA-376, part 2: a package has its content types at the root).
 * Null for office files with macros.
 */
export function formatOfEntries(names: readonly string[]): Format | null {
  if (names.some((name) => /(^|\/)vbaProject\.bin$/i.test(name))) return null;
  if (!names.includes('[Content_Types].xml')) return 'zip';
  if (names.includes('word/document.xml')) return 'docx';
  if (names.includes('xl/workbook.xml')) return 'xlsx';
  return names.includes('ppt/presentation.xml') ? 'pptx' : 'zip';
}

/** The type to keep; null when the sender named one that this is not. */
export function keptMediaType(format: Format, declared: string | null): string | null {
  const names = mediaTypes[format];
  if (declared === null || declared === unknownMediaType) return names[0];
  const name = declared.toLowerCase();
  return names.includes(name) ? name : null;
}

/** What was kept before there was this table may be of any type, and is served as bytes of none. */
export function servedMediaType(mediaType: string): string {
  return allowed.has(mediaType) ? mediaType : unknownMediaType;
}
