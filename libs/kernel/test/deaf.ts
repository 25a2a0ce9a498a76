// A service that owns and watches nothing: with another's credentials its first missing right is that of a subscription.
import { policy, policyDocumentRefused, policyStoreFilling } from '@router-mesh/contracts';
import { defineService, run } from '../src/index.ts';

const service = defineService({
  name: 'policy',
  summary: 'Hears nothing',
  serves: { evaluate: policy.evaluate },
  owns: [],
  watches: {},
  settings: {},
  documentRefused: policyDocumentRefused,
  storeFilling: policyStoreFilling,
  handlers: () => ({ evaluate: (passage) => passage.reply({}) }),
});

await run(service);
