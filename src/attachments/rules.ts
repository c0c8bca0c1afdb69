export const maxAttachmentBytes = 50 * 1024 * 1024;
export const maxAttachmentsPerRecord = 20;
