import type { JsonObject } from './json.ts';

type ErrorType = 'invalid_request' | 'internal' | 'auth' | 'system';

/** Codes that are not an `invalid_request` answered with 400. */
const exceptions: Record<string, [type: ErrorType, status: number]> = {
  api_key_already_exists: ['invalid_request', 409],
  api_key_not_found: ['invalid_request', 404],
  database_size_limit_reached: ['internal', 500],
  document_not_found: ['invalid_request', 404],
  index_already_exists: ['invalid_request', 409],
  index_not_found: ['invalid_request', 404],
  internal: ['internal', 500],
  invalid_api_key: ['auth', 403],
  invalid_content_type: ['invalid_request', 415],
  io_error: ['system', 422],
  missing_authorization_header: ['auth', 401],
  missing_content_type: ['invalid_request', 415],
  missing_master_key: ['auth', 401],
  no_space_left_on_device: ['system', 422],
  payload_too_large: ['invalid_request', 413],
  remote_timeout: ['system', 502],
  task_not_found: ['invalid_request', 404],
  too_many_open_files: ['system', 422],
  too_many_search_requests: ['system', 503],
  unretrievable_document: ['internal', 400],
};

/** An error as the server tells it: by HTTP at once, or in a failed task. */
export class MeilisearchError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }

  get status(): number {
    return exceptions[this.code]?.[1] ?? 400;
  }

  body(): JsonObject {
    return {
      message: this.message,
      code: this.code,
      type: exceptions[this.code]?.[0] ?? 'invalid_request',
      link: `https://docs.meilisearch.com/errors#${this.code}`,
    };
  }
}

/** Something the server can do and this double cannot; answered with 501 so that no test leans on it by accident. */
export class NotEmulated extends Error {
  constructor(readonly what: string) {
    super(`The test double of Meilisearch does not emulate ${what}.`);
  }
}

export function indexNotFound(uid: string): MeilisearchError {
  return new MeilisearchError('index_not_found', `Index \`${uid}\` not found.`);
}
