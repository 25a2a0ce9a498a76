// The wiring of policy: what it serves, owns and watches.
import {
  events,
  parseAs,
  platformTenant,
  policies,
  policy,
  policyDocumentRefused,
  policySettings,
  policySources,
  provider,
  providers,
  rates,
  requestSchemas,
  RouterError,
  stopName,
  tenants,
  type Decision,
} from '@router-mesh/contracts';
import { defineService, readJsonBody } from '@router-mesh/kernel';
import { buildCatalogue } from './catalogue.ts';
import { deadlineOf, decide, defaultPolicy } from './decide.ts';
import { nearestDocument } from './tenant.ts';

export const policyService = defineService({
  name: 'policy',
  summary: 'Decides what may happen to a request and where it goes',
  serves: policy,
  owns: [policies, policySources, tenants, events, rates],
  watches: { providers, tenants },
  settings: policySettings,
  documentRefused: policyDocumentRefused,
  handlers: ({ settings, snapshots, payloadLimit }) => {
    let catalogue = buildCatalogue(snapshots.providers.current.documents);
    snapshots.providers.onSwap(({ documents }) => (catalogue = buildCatalogue(documents)));
    return {
      evaluate(passage) {
        const { verb, tenant, request, asked } = passage;
        const body = readJsonBody(passage.body, Math.min(settings.maxBodyBytes, payloadLimit()));
        if (verb === 'chat' && asksForStream(body)) passage.answerInFrames();
        const document = nearestDocument(snapshots.tenants.current.documents, tenant) ?? {};
        const at = Date.now();
        const plan = decide({ verb, body: parseAs(requestSchemas[verb], body, 'body'), document, catalogue, at });
        const itinerary = plan.candidates.slice(0, 1).map(({ vendor }) => stopName(provider.call, vendor));
        if (verb === 'decide') passage.reply({ request, tenant, plan, itinerary } satisfies Decision);
        else passage.forward(plan, itinerary, deadlineOf(at, asked.timeoutMs, settings.maxTimeoutMs, document));
      },
      list: () => ({ policies: [{ ...defaultPolicy, of: platformTenant }] }),
      get({ name }) {
        if (name !== defaultPolicy.name) throw new RouterError('not_found', `no policy "${name}"`, { param: 'name' });
        return { ...defaultPolicy, of: platformTenant };
      },
    };
  },
});

function asksForStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'stream' in body && body.stream === true;
}
