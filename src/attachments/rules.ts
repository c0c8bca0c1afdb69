export const maxAttachmentBytes = 10 * 1024 * 1024;
export const maxAttachmentsPerRecord = 20;

export const unknownMediaType = 'application/octet-stream';

/** What a browser opens without running anything in it. HTML, SVG and the like are served as bytes of no type. */
const safeMediaTypes: ReadonlySet<string> = new Set([
  'application/msword',
  'application/pdf',
  'application/vnd.ms-excel',
  'application/vnd.ms-powerpoint',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/zip',
  'image/jpeg',
  'image/png',
  'text/csv',
  'text/plain',
]);

/** The type that a file is served as, which is not always the one that its sender named. */
export function servedMediaType(mediaType: string): string {
  return safeMediaTypes.has(mediaType) ? mediaType : unknownMediaType;
}

/** The type that is kept; 127 characters are the most that a registered name has on each side (RFC 6838, 4.2). */
export function keptMediaType(mediaType: string | undefined): string {
  return mediaType === undefined || mediaType.length > 255 ? unknownMediaType : mediaType.toLowerCase();
}

/** Content-Disposition with the name in UTF-8 (RFC 8187). */
export function dispositionOf(name: string): string {
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${encoded}`;
}
