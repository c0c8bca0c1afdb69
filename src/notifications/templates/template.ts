import type { NoticeType } from '../audience.ts';

/** What a sentence needs besides ids. A title that the reader may not see is absent, and the sentence does without. */
export type Params = Readonly<Record<string, string>>;

export interface RenderedNotice {
  title: string;
  body: string;
}

/** The sentences of one language. */
export type Templates = Readonly<Record<NoticeType, (params: Params) => RenderedNotice>>;
