import { mostPostings } from './mutable-segment.ts';
import type { AnalysedDocument } from './types.ts';

/** A batch becomes a segment: about 32,000 documents of 120 words, for a moment 200 MB. */
const maxBatchPostings = 2 ** 23;

/** Cuts what is to be loaded into batches; of documents with one id in a batch the last is left. */
export function* batchesOf(documents: Iterable<AnalysedDocument>): Generator<AnalysedDocument[]> {
  let batch = new Map<string, AnalysedDocument>();
  let postings = 0;
  for (const document of documents) {
    batch.set(document.id, document);
    postings += mostPostings(document);
    if (postings >= maxBatchPostings) {
      yield [...batch.values()];
      batch = new Map();
      postings = 0;
    }
  }
  yield [...batch.values()];
}
