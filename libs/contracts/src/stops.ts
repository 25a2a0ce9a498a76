// The stops of later services that an itinerary may name already; while none runs, `unavailable` names them.
import { stop } from './define.ts';

export const experimentStop = stop({
  name: 'experiment',
  service: 'experiment',
  from: ['policy'],
  summary: 'Assign the arm of an experiment',
});

export const extensionStop = stop({
  name: 'extension',
  service: 'extension',
  from: ['policy', 'experiment'],
  summary: 'Run the extensions that the plan names',
});

export const costStop = stop({
  name: 'cost',
  service: 'cost',
  from: ['policy', 'experiment', 'extension'],
  summary: 'Reserve what a request may cost under a hard budget',
});
