// How a service lives: what its wiring and its heart may use.
export {
  defineService,
  type Answering,
  type Concerning,
  type Handlers,
  type House,
  type ServiceDefinition,
} from './define.ts';
export { Outage, type OutageSettings } from './outage.ts';
export { readJsonBody } from './json-body.ts';
export { nextCandidates } from './next-candidates.ts';
export { type EntryPassage } from './entry-passage.ts';
export { type StopPassage } from './stop-passage.ts';
export { shareProcess } from './process-life.ts';
export { run, version } from './run.ts';
export { type StoreOptions, type StoreOutcome } from './fact-store.ts';
export { type AttemptTrace } from './tracing.ts';
export { type Asked } from './entry-headers.ts';
export { type Tallies } from './tallies.ts';
export { newUlid } from '@router-mesh/wire';
export { type BadDocument, type MirrorListener, type Snapshot, type StoredFact, type Tenure } from '@router-mesh/wire';
