-- Terms of Chinese are spread over other shards (ADR 34). The index is a copy: its reader starts anew, which fills it from the records.
TRUNCATE search_documents, search_segments, search_postings, search_phrases;--> statement-breakpoint
DELETE FROM cursors WHERE name = 'search-index';
