export interface Mail {
  to: string;
  subject: string;
  text: string;
  /** The same on every retry, so that a mail that arrives twice is recognised: the delivery's id, without domain or brackets. */
  messageId: string;
}

/** The port to whatever carries mail. At least once: a retry sends the same `messageId` again. */
export interface Mailer {
  /** @throws AppError UPSTREAM_FAILED when the mail may be tried again later */
  send(mail: Mail): Promise<void>;
}
