/// <reference lib="es2024.arraybuffer" />
import type { EngineManifest, IndexPart } from './index-reader.ts';

/**
 * V8 does not count shared memory, so it would let segments that nobody needs any more lie about for hours: its heap hardly grows.
 * What is counted, and starts a collection as it grows, is ordinary buffers. So each segment is held together with one of
 * its size that is never written to, and takes address space only.
 */
export class HeldMemory {
  private weights = new Map<number, ArrayBuffer>();

  update({ parts }: EngineManifest): void {
    const before = this.weights;
    this.weights = new Map(parts.map((part) => [part.key, before.get(part.key) ?? weightOf(part)]));
  }
}

/** Resizable: then its pages are mapped and not cleared. */
function weightOf({ segment }: IndexPart): ArrayBuffer {
  const bytes = bytesOf(segment);
  return new ArrayBuffer(bytes, { maxByteLength: bytes });
}

function bytesOf(value: unknown): number {
  if (ArrayBuffer.isView(value)) {
    return value.byteLength;
  }
  return typeof value === 'object' && value !== null
    ? Object.values(value).reduce((sum: number, item) => sum + bytesOf(item), 0)
    : 0;
}
