export * from './service/changes.ts';
export { createProject } from './service/create.ts';
export {
  deleteEvidenceFile,
  listEvidenceFiles,
  putEvidenceFile,
  readEvidenceFile,
  readSubmittedFile,
} from './service/evidence-files.ts';
export * from './service/form.ts';
export * from './service/lifecycle.ts';
export * from './service/milestones.ts';
export * from './service/payments.ts';
export * from './service/progress.ts';
export * from './service/read.ts';
export { rehomeProjects } from './service/rehome.ts';
export { remindOfMilestones } from './service/remind.ts';
export { countOverdueMilestones, listOverdueMilestones } from './store/overdue.ts';
export {
  getMilestoneRows,
  getProjectRows,
  listMilestoneRows,
  lockProject,
  type MilestoneRow,
  type ProjectRow,
} from './store.ts';
