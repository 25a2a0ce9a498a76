// A request on its way, as tests begin with it.
import type { Plan } from '@router-mesh/contracts';
import type { Travel } from '@router-mesh/wire';

/** A plan with one candidate. */
export function aPlan(changes: Partial<Plan> = {}): Plan {
  return {
    at: 1_700_000_000_000,
    verb: 'chat',
    stream: false,
    policy: 'default',
    route: 'default',
    candidates: [{ vendor: 'demo', model: 'echo' }],
    attempts: [],
    needs: [],
    ...changes,
  };
}

/** The travel of a request of `acme.web`. */
export function aTravel(changes: Partial<Travel> = {}): Travel {
  return {
    request: '01HZX3KQ5V9J8M2N4P6R7S8T9W',
    tenant: 'acme.web',
    reply: '_INBOX.abc.1',
    deadline: 1_700_000_300_000,
    attempt: 1,
    frames: false,
    leg: 0,
    trail: '',
    itinerary: [],
    plan: aPlan(),
    traceparent: undefined,
    tracestate: undefined,
    ...changes,
  };
}
