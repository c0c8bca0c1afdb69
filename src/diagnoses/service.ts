export { assignExpert, closeDiagnosis, openDiagnosis, recordVisit } from './service/lead.ts';
export { adviseOnDemand, getDemandQuality } from './service/quality.ts';
export {
  expertOf,
  getDiagnosis,
  getDiagnosisDifference,
  getDiagnosisVersion,
  listDiagnoses,
} from './service/read.ts';
export { proposeVersion, refuseVersion, signVersion } from './service/versions.ts';
export { type DiagnosisRow, getDiagnosisRows } from './store.ts';
