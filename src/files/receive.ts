import { AppError, invalidInput } from '../core/errors.ts';
import type { FileStore, StagedFile, Upload } from '../core/file-store.ts';
import type { Text } from '../core/text.ts';
import {
  acceptedFormats,
  type Format,
  formatOfEntries,
  formatOfHead,
  headBytes,
  keptMediaType,
} from './rules/formats.ts';
import { TextCheck } from './rules/text.ts';
import { zipEntryNames } from './zip-entries.ts';

const unknownFormat: Text = {
  zh: `无法接收此类文件，或文件已损坏。可上传：${acceptedFormats.zh}；不接收带宏的文档。`,
  en: `Files of this kind are not taken, or this one is damaged. Taken are ${acceptedFormats.en}; no documents with macros.`,
};

/**
 * Writes an upload aside while it comes, and says what it is.
 * @throws AppError TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, or INVALID_INPUT for an empty one; nothing of it stays then
 */
export async function receiveUpload(
  store: FileStore,
  { chunks, mediaType: declared, sizeBytes }: Upload,
  maxBytes: number,
): Promise<{ staged: StagedFile; mediaType: string }> {
  if (sizeBytes !== null && sizeBytes > maxBytes) throw tooLarge(maxBytes);
  const sniffer = new Sniffer();
  const staged = await store.stage(checked(chunks, sniffer, maxBytes));
  try {
    if (staged.sizeBytes === 0) throw emptyFile();
    return { staged, mediaType: await mediaTypeOf(staged, sniffer.format, declared) };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

async function* checked(chunks: AsyncIterable<Uint8Array>, sniffer: Sniffer, maxBytes: number) {
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    sniffer.add(chunk);
    yield chunk;
  }
  sniffer.end();
}

/** Looks at the first bytes, and at all of what they say is text. */
class Sniffer {
  #head: Buffer = Buffer.alloc(0);
  #text: TextCheck | null = null;
  #format: Format | null = null;

  get format(): Format {
    return this.#format ?? formatOfHead(this.#head);
  }

  add(chunk: Uint8Array): void {
    if (this.#format === null) {
      this.#head = Buffer.concat([this.#head, chunk]);
      if (this.#head.length >= headBytes) this.#settle();
    } else this.#check(chunk);
  }

  end(): void {
    if (this.#format === null) this.#settle();
    if (this.#text?.ends() === false) throw unsupported(unknownFormat);
  }

  #settle(): void {
    this.#format = formatOfHead(this.#head);
    if (this.#format === 'text') this.#text = new TextCheck();
    this.#check(this.#head);
  }

  #check(chunk: Uint8Array): void {
    if (this.#text?.accepts(chunk) === false) throw unsupported(unknownFormat);
  }
}

async function mediaTypeOf(staged: StagedFile, sniffed: Format, declared: string | null): Promise<string> {
  const entries = sniffed === 'zip' ? await zipEntryNames(staged) : null;
  const format = sniffed !== 'zip' ? sniffed : entries === null ? null : formatOfEntries(entries);
  if (format === null) throw unsupported(unknownFormat);
  const kept = keptMediaType(format, declared);
  if (kept !== null) return kept;
  const found = keptMediaType(format, null) ?? '';
  throw unsupported({
    zh: `文件内容是 ${found}，与 Content-Type 不符。可上传：${acceptedFormats.zh}。`,
    en: `The file is ${found}, which its Content-Type does not say. Taken are ${acceptedFormats.en}.`,
  });
}

function unsupported(text: Text): AppError {
  return new AppError('UNSUPPORTED_MEDIA_TYPE', text);
}

function tooLarge(maxBytes: number): AppError {
  const limitMiB = maxBytes / 2 ** 20;
  return new AppError('TOO_LARGE', {
    zh: `附件过大（上限 ${limitMiB} MiB）。`,
    en: `The file is too large (at most ${limitMiB} MiB).`,
  });
}

function emptyFile(): AppError {
  return invalidInput({
    pointer: '',
    code: 'minLength',
    message: { zh: '附件不能为空', en: 'the file is empty' },
  });
}
