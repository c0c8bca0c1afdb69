export * from './store/changes.ts';
export * from './store/evidence-files.ts';
export * from './store/milestones.ts';
export * from './store/payments.ts';
export * from './store/projects.ts';
