export const maxEvidenceFileBytes = 50 * 1024 * 1024;
export const maxFilesPerSubmission = 20;
