export { acceptAgreement, getAgreement } from './service/agreement.ts';
export { addMessageFile, readMessageFile } from './service/files.ts';
export { listConversations } from './service/list.ts';
export { listMessages, postMessage, readMessages } from './service/messages.ts';
export { getMessageRows, listReadings, type MessageRow } from './store.ts';
