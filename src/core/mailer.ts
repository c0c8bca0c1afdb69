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
   * @throws AppError UPSTREAM_FAILED when the mail may be tried again later, INVALID_STATE when the receiving side has
   * refused it for good
   */
  send(mail: Mail): Promise<void>;
}

/** At a time in each process: as many jobs, and as many connections to the mail server. */
export const mailsInFlight = 8;
