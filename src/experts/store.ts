export * from './store/assignments.ts';
export * from './store/experts.ts';
