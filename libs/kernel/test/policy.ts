// A policy for the kernel's own tests: it forwards along the itinerary that the body names.
import {
  events,
  policies,
  policy,
  policyDocumentRefused,
  policyStoreFilling,
  providers,
  rates,
} from '@router-mesh/contracts';
import { defineService, readJsonBody, run } from '../src/index.ts';

interface Order {
  readonly itinerary: readonly string[];
}

const service = defineService({
  name: 'policy',
  summary: 'Forwards as told',
  serves: { evaluate: policy.evaluate, list: policy.list },
  owns: [policies, events, rates],
  watches: { providers },
  settings: {},
  documentRefused: policyDocumentRefused,
  storeFilling: policyStoreFilling,
  handlers: () => ({
    evaluate(passage) {
      const { itinerary } = readJsonBody(passage.body, 1024) as Order;
      const candidates = itinerary
        .filter((stop) => stop.startsWith('provider.'))
        .map((stop) => ({ vendor: stop.slice('provider.'.length), model: 'm' }));
      const plan = {
        at: Date.now(),
        verb: passage.verb,
        stream: false,
        policy: 'p',
        route: 'r',
        candidates,
        attempts: [],
        needs: [],
      };
      passage.forward(plan, itinerary, Date.now() + 60_000);
    },
    list: () => ({ policies: [] }),
  }),
});

await run(service);
