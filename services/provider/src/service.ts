// The wiring of provider: what it serves, owns and watches.
import {
  cache,
  leases,
  meter,
  platformTenant,
  provider,
  providerDocumentRefused,
  providers,
  providerSettings,
  providerStoreFilling,
  RouterError,
  slots,
} from '@router-mesh/contracts';
import { defineService, type Concerning, type House } from '@router-mesh/kernel';
import { AnswerCache } from './answer-cache.ts';
import { CallLimits } from './call-limits.ts';
import { serveCall } from './call.ts';
import { tellHealth } from './health.ts';
import { Holding } from './holding.ts';
import { Keys } from './keys.ts';
import { Meter } from './meter.ts';
import { Models } from './models.ts';
import { PolicyBreakers } from './policy-breakers.ts';
import { seedDocuments } from './seeds.ts';
import { sweep } from './sweep.ts';
import { Upstreams } from './upstream.ts';

export const providerService = defineService({
  name: 'provider',
  summary: 'Calls models and answers clients',
  serves: provider,
  owns: [providers, leases, slots, cache, meter],
  watches: { providers },
  settings: providerSettings,
  documentRefused: providerDocumentRefused,
  storeFilling: providerStoreFilling,
  members: (house) => ({ call: servedVendors(house) }),
  prepare: async ({ settings: { seeds }, snapshots: { providers: watch }, put }) => {
    // Who starts from a copy has been seeded before, and nothing can be written now.
    if (seeds !== undefined && !watch.isCopy) await seedDocuments(seeds, watch, put);
  },
  handlers: (house) => {
    const { settings, snapshots } = house;
    const keys = new Keys({ environment: house.keys, secrets: settings.secrets, hosts: settings.keyHosts });
    const documents = () => snapshots.providers.current.documents;
    const models = new Models({ calls: settings.breakerCalls, openMs: settings.breakerOpenMs });
    tellHealth(house, models, () => servedVendors(house));
    const calls = {
      house,
      meter: new Meter(house),
      limits: new CallLimits(house),
      upstreams: new Upstreams(keys),
      models,
      cache: new AnswerCache(house),
      policyBreakers: new PolicyBreakers(),
      settings,
      document: (vendor: string) => documents().get(vendor),
    };
    const holding = new Holding({
      instance: house.instance,
      ask: (message, waitMs) => house.ask(provider.holder.subject, JSON.stringify(message), waitMs),
      tell: (message) => house.tell(provider.holder.subject, JSON.stringify(message)),
      settle: () => house.settled(),
      now: Date.now,
    });
    house.lead(leases, 'sweep', (tenure) => sweep(house, tenure, { graceMs: settings.sweepGraceMs }));
    return {
      async call(passage) {
        let began = false;
        try {
          await holding.serve(passage, () => {
            began = true;
            return serveCall(calls, passage);
          });
        } catch (error) {
          calls.limits.ended(passage);
          throw error;
        }
        if (!began) calls.limits.ended(passage); // another attempt runs
      },
      list(_request, about) {
        ofPlatform(about);
        return { providers: [...documents().values()] };
      },
      get({ vendor }, about) {
        ofPlatform(about);
        const document = documents().get(vendor);
        if (document === undefined) throw new RouterError('not_found', `no provider "${vendor}"`, { param: 'vendor' });
        return { provider: document, revision: snapshots.providers.current.revisions.get(vendor) ?? 0 };
      },
      async put({ provider: document, revision }, about) {
        ofPlatform(about);
        return { revision: await house.put(providers, document.vendor, document, revision) };
      },
      cancel: ({ request }, { tenant }) => house.cancellations.cancel(tenant, request, Date.now()),
      holder: (message, { answer }) => holding.hear(message, answer),
    };
  },
});

type Wiring = Pick<House<{ providers: typeof providers }, typeof providerSettings>, 'settings' | 'snapshots'>;

/** The vendors that this instance calls now. */
function servedVendors({ settings, snapshots }: Wiring): string[] {
  const vendors = [...snapshots.providers.current.documents.keys()];
  return vendors.filter((vendor) => settings.vendors?.includes(vendor) ?? true);
}

/** Provider documents are the platform's. */
function ofPlatform({ tenant }: Concerning): void {
  if (tenant !== platformTenant)
    throw new RouterError('not_found', `tenant "${tenant}" has no providers of its own; ask for "${platformTenant}"`, {
      param: 'subject',
    });
}
