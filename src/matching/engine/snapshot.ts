import { open, rename, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { analyseDocument } from './analyse-document.ts';
import type { EngineManifest } from './index-reader.ts';
import { parameters } from './parameters.ts';
import { sharedFloat64, sharedUint8, sharedUint16, sharedUint32 } from './shared-arrays.ts';

/**
 * An index on disk: magic, format version and length of the head; the head (JSON: fingerprint, the caller's `meta`, the manifest with
 * `{ array, length }` in the place of arrays); the arrays' bytes in the order of the head; a CRC-32 of everything before.
 */
const magic = 'DUIJIEIX';
const formatVersion = 3;
const prefixLength = magic.length + 8;
const checksumLength = 4;
/** Read, written and added to the checksum at once: a few milliseconds. */
const chunkLength = 4 * 2 ** 20;
const maxHeadLength = 64 * 2 ** 20;

type SharedArray = Uint8Array | Uint16Array | Uint32Array | Float64Array;
const arrayTypes: Record<string, { create: (length: number) => SharedArray; bytes: number }> = {
  Uint8Array: { create: sharedUint8, bytes: 1 },
  Uint16Array: { create: sharedUint16, bytes: 2 },
  Uint32Array: { create: sharedUint32, bytes: 4 },
  Float64Array: { create: sharedFloat64, bytes: 8 },
};

export type SnapshotProblem = 'MISSING' | 'FOREIGN' | 'OTHER_VERSION' | 'OTHER_CONFIGURATION' | 'TRUNCATED' | 'CORRUPT';

/** Why a file cannot be read as a snapshot; the index is then built anew. */
export class SnapshotError extends Error {
  readonly problem: SnapshotProblem;

  constructor(problem: SnapshotProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SnapshotError';
    this.problem = problem;
  }
}

type Head = { fingerprint: number; meta: unknown; manifest: unknown };

/**
 * Writes an index so that a reader finds all of it or the file that was there before. `meta` is any JSON (the cursor up to which the
 * index has read). The index may go on changing meanwhile: what is written is its state at the call.
 */
export async function writeSnapshot(index: { share(): EngineManifest }, path: string, meta: unknown): Promise<void> {
  const arrays: SharedArray[] = [];
  const manifest = describe(copyOf(index.share()), arrays);
  const head = Buffer.from(JSON.stringify({ fingerprint: fingerprint(), meta, manifest }));
  const prefix = Buffer.alloc(prefixLength);
  prefix.write(magic, 'latin1');
  prefix.writeUInt32LE(formatVersion, magic.length);
  prefix.writeUInt32LE(head.length, magic.length + 4);
  const temporary = `${path}.${process.pid}.new`;
  try {
    const file = await open(temporary, 'w');
    try {
      let checksum = 0;
      for (const bytes of [prefix, head, ...arrays.map(bytesOf)]) {
        for (let at = 0; at < bytes.length; at += chunkLength) {
          // A copy: neither the checksum nor the file system takes shared memory.
          const chunk = Buffer.from(bytes.subarray(at, at + chunkLength));
          checksum = crc32(chunk, checksum);
          await file.writeFile(chunk);
        }
      }
      const end = Buffer.alloc(checksumLength);
      end.writeUInt32LE(checksum);
      await file.writeFile(end);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** What `createEngine` takes as `restored`, and the caller's `meta`. Throws SnapshotError when anything about the file is wrong. */
export async function readSnapshot(path: string): Promise<{ manifest: EngineManifest; meta: unknown }> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new SnapshotError('MISSING', `The snapshot ${path} cannot be opened.`, { cause: error });
  });
  try {
    const { size } = await file.stat();
    let position = 0;
    let checksum = 0;
    const take = async (into: Uint8Array): Promise<void> => {
      for (let at = 0; at < into.length; ) {
        const chunk = Buffer.alloc(Math.min(chunkLength, into.length - at));
        const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
        if (bytesRead === 0) {
          throw new SnapshotError('TRUNCATED', `The snapshot ${path} ends early, at byte ${position}.`);
        }
        const read = chunk.subarray(0, bytesRead);
        into.set(read, at);
        checksum = crc32(read, checksum);
        at += bytesRead;
        position += bytesRead;
      }
    };
    const prefix = Buffer.alloc(prefixLength);
    await take(prefix);
    const headLength = checkPrefix(prefix, path);
    const headBytes = Buffer.alloc(headLength);
    await take(headBytes);
    const head = parseHead(headBytes, path);
    if (head.fingerprint !== fingerprint()) {
      throw new SnapshotError(
        'OTHER_CONFIGURATION',
        `The snapshot ${path} was made with another analysis or parameters.`,
      );
    }
    const arrays: SharedArray[] = [];
    const manifest = restore(head.manifest, arrays, size, path) as EngineManifest;
    for (const array of arrays) {
      await take(bytesOf(array));
    }
    const expected = checksum;
    const end = Buffer.alloc(checksumLength);
    await take(end);
    if (end.readUInt32LE() !== expected || position !== size) {
      throw new SnapshotError('CORRUPT', `The snapshot ${path} does not agree with its checksum.`);
    }
    return { manifest, meta: head.meta };
  } finally {
    await file.close();
  }
}

function checkPrefix(prefix: Buffer, path: string): number {
  if (prefix.toString('latin1', 0, magic.length) !== magic) {
    throw new SnapshotError('FOREIGN', `${path} is not a snapshot of an index.`);
  }
  const version = prefix.readUInt32LE(magic.length);
  if (version !== formatVersion) {
    throw new SnapshotError('OTHER_VERSION', `The snapshot ${path} has format ${version}, not ${formatVersion}.`);
  }
  const headLength = prefix.readUInt32LE(magic.length + 4);
  if (headLength > maxHeadLength) {
    throw new SnapshotError('CORRUPT', `The head of the snapshot ${path} is said to be ${headLength} bytes long.`);
  }
  return headLength;
}

function parseHead(bytes: Buffer, path: string): Head {
  try {
    return JSON.parse(bytes.toString('utf8')) as Head;
  } catch (error) {
    throw new SnapshotError('CORRUPT', `The head of the snapshot ${path} cannot be read.`, { cause: error });
  }
}

/** JSON of a structure with arrays, which are put aside in order. */
function describe(value: unknown, arrays: SharedArray[]): unknown {
  if (isSharedArray(value)) {
    arrays.push(value);
    return { array: value.constructor.name, length: value.length };
  }
  if (Array.isArray(value)) {
    return value.map((item) => describe(item, arrays));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, describe(item, arrays)]));
  }
  return value;
}

/** The same structure with arrays yet to be filled, in shared memory; they cannot be longer than the file. */
function restore(value: unknown, arrays: SharedArray[], size: number, path: string): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => restore(item, arrays, size, path));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if ('array' in value && 'length' in value) {
    const type = arrayTypes[String(value.array)];
    const length = Number(value.length);
    if (type === undefined || !Number.isInteger(length) || length < 0) {
      throw new SnapshotError('CORRUPT', `The head of the snapshot ${path} describes no array.`);
    }
    if (length * type.bytes > size) {
      throw new SnapshotError('TRUNCATED', `The snapshot ${path} is shorter than its arrays.`);
    }
    const array = type.create(length);
    arrays.push(array);
    return array;
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, restore(item, arrays, size, path)]));
}

function isSharedArray(value: unknown): value is SharedArray {
  return ArrayBuffer.isView(value);
}

function bytesOf(array: Uint8Array | SharedArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Mutable segments go on growing and removals being marked, so these are copied; the rest does not change. */
function copyOf({ version, parts, statistics }: EngineManifest): EngineManifest {
  return {
    version,
    parts: parts.map((part) =>
      part.kind === 'mutable'
        ? copyOfArrays(part)
        : { ...part, segment: { ...part.segment, removed: copyOfArrays(part.segment.removed) } },
    ),
    statistics: statistics.slice(),
  };
}

function copyOfArrays<T>(value: T): T {
  if (isSharedArray(value)) {
    return value.slice() as T;
  }
  return typeof value === 'object' && value !== null
    ? (Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copyOfArrays(item)])) as T)
    : value;
}

/** Two indexes agree in it when their terms and bounds mean the same: parameters, and the terms of a text in all scripts. */
function fingerprint(): number {
  const probe = 'Recovery of 6N indium by membranes, 450 MPa；高纯铟膜电解回收，鋅電池メンブレン막 étude Батарея';
  const { fields } = analyseDocument({ id: '', fields: { title: probe, keywords: '', body: '' } });
  return crc32(JSON.stringify([parameters, Array.from(fields[0].terms), Array.from(fields[0].joined)]));
}
