// The wiring of policy: what it serves, owns and watches.
import {
  events,
  health,
  parseAs,
  platformTenant,
  policies,
  policy,
  policyDocumentRefused,
  policySettings,
  policySources,
  policyStoreFilling,
  provider,
  providers,
  rates,
  requestSchemas,
  RouterError,
  stopName,
  tenants,
  type Decision,
  type Plan,
} from '@router-mesh/contracts';
import { defineService, readJsonBody } from '@router-mesh/kernel';
import { admit } from './admission.ts';
import { buildCatalogue } from './catalogue.ts';
import { sharedCounters } from './counters.ts';
import { deadlineOf, decide, defaultPolicy, suspended } from './decide.ts';
import { HealthBoard } from './health.ts';
import { Rates } from './rates.ts';
import { isSuspended, nearestDocument } from './tenant.ts';
import { tenantAdministration } from './tenants.ts';

export const policyService = defineService({
  name: 'policy',
  summary: 'Decides what may happen to a request and where it goes',
  serves: { ...policy, health },
  owns: [policies, policySources, tenants, events, rates],
  watches: { providers, tenants },
  settings: policySettings,
  documentRefused: policyDocumentRefused,
  storeFilling: policyStoreFilling,
  handlers: (house) => {
    const { settings, snapshots, payloadLimit } = house;
    const rates = new Rates(sharedCounters(house));
    let catalogue = buildCatalogue(snapshots.providers.current.documents);
    snapshots.providers.onSwap(({ documents }) => (catalogue = buildCatalogue(documents)));
    const board = new HealthBoard();
    return {
      evaluate(passage) {
        const { verb, tenant, request, asked } = passage;
        const body = readJsonBody(passage.body, Math.min(settings.maxBodyBytes, payloadLimit()));
        if (verb === 'chat' && asksForStream(body)) passage.answerInFrames();
        const { documents } = snapshots.tenants.current;
        const document = nearestDocument(documents, tenant) ?? {};
        if (documents.size > 0 && isSuspended(documents, tenant)) throw suspended();
        const at = Date.now();
        const parsed = parseAs(requestSchemas[verb], body, 'body');
        const plan = decide({
          verb,
          body: parsed,
          catalogue,
          isOpen: (candidate) => board.of(candidate, at)?.open === true,
          at,
        });
        if (verb === 'decide')
          return passage.reply({ request, tenant, plan, itinerary: itineraryOf(plan) } satisfies Decision);
        const deadline = deadlineOf(at, asked.timeoutMs, settings.maxTimeoutMs, document);
        const forward = (admitted: Plan): void => passage.forward(admitted, itineraryOf(admitted), deadline);
        const sizeBytes = passage.body.byteLength;
        const admitted = admit(rates, { documents, tenant, plan, body: parsed, sizeBytes });
        // A promise costs: only who has to wait for a counter gets one.
        return admitted instanceof Promise ? admitted.then(forward) : forward(admitted);
      },
      health: (report) => board.hear(report, Date.now()),
      list: () => ({ policies: [{ ...defaultPolicy, of: platformTenant }] }),
      get({ name }) {
        if (name !== defaultPolicy.name) throw new RouterError('not_found', `no policy "${name}"`, { param: 'name' });
        return { ...defaultPolicy, of: platformTenant };
      },
      ...tenantAdministration(snapshots.tenants, () => catalogue, house.put),
    };
  },
});

function itineraryOf({ candidates }: Plan): string[] {
  return candidates.slice(0, 1).map(({ vendor }) => stopName(provider.call, vendor));
}

function asksForStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'stream' in body && body.stream === true;
}
