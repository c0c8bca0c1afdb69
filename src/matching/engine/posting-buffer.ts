/** A list as it is read: documents ascending, and their packed counts. Reused by one reading after the other. */
export class PostingBuffer {
  count = 0;
  documents: Uint32Array = new Uint32Array(256);
  packed: Uint16Array = new Uint16Array(256);

  /** Makes room for so many postings; what was there is lost. */
  reserve(count: number): void {
    if (this.documents.length < count) {
      this.documents = new Uint32Array(count + (count >>> 1));
      this.packed = new Uint16Array(count + (count >>> 1));
    }
  }

  /** Room for more than are there already. */
  extend(count: number): void {
    if (this.documents.length < count) {
      const { documents, packed } = this;
      this.reserve(count);
      this.documents.set(documents);
      this.packed.set(packed);
    }
  }
}
