export interface Mail {
  to: string;
  subject: string;
  /** Whole without the HTML. */
  text: string;
  html: string;
  /** The same on every retry, so that a mail that arrives twice is recognised: without domain or brackets. */
  messageId: string;
  /** Where one POST, without signing in, ends mails of this kind (RFC 8058). */
  unsubscribeUrl?: string;
}

/** The port to whatever carries mail. At least once: a retry sends the same `messageId` again. */
export interface Mailer {
  /**
   * @throws AppError UPSTREAM_FAILED when the mail may be tried again later, UNAVAILABLE when too many are on their way,
   * INVALID_STATE when the receiving side has refused it for good
   */
  send(mail: Mail): Promise<void>;
}
