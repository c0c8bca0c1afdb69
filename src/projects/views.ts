export * from './views/change.ts';
export * from './views/payment.ts';
export * from './views/progress.ts';
export * from './views/project.ts';
export * from './views/submission.ts';
