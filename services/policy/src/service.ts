// The wiring of policy: what it serves, owns and watches.
import {
  events,
  health,
  parseRequestBody,
  policies,
  policy,
  policyDocumentRefused,
  policySettings,
  policySources,
  policyStoreFilling,
  provider,
  providers,
  rates,
  salts,
  stopName,
  tenants,
  type Candidate,
  type Decision,
  type Limits,
  type Plan,
} from '@router-mesh/contracts';
import { defineService, readJsonBody } from '@router-mesh/kernel';
import type { Decision as PolicyDecision } from '@router-mesh/wend';
import { admit } from './admission.ts';
import { buildCatalogue } from './catalogue.ts';
import { sharedCounters } from './counters.ts';
import { deadlineOf, decide, suspended } from './decide.ts';
import { HealthBoard } from './health.ts';
import { ensureSalt } from './policies/judging/seed.ts';
import { wirePolicies } from './policies/wiring.ts';
import { Rates } from './rates.ts';
import { standingOf } from './tenant.ts';
import { tenantAdministration } from './tenants.ts';

export const policyService = defineService({
  name: 'policy',
  summary: 'Decides what may happen to a request and where it goes',
  serves: { ...policy, health },
  owns: [policies, policySources, salts, tenants, events, rates],
  watches: { providers, tenants, policies, salts },
  settings: policySettings,
  documentRefused: policyDocumentRefused,
  storeFilling: policyStoreFilling,
  prepare: (house) => ensureSalt(house, house.snapshots.salts),
  handlers: (house) => {
    const { settings, snapshots, payloadLimit } = house;
    const rates = new Rates(sharedCounters(house));
    let catalogue = buildCatalogue(snapshots.providers.current.documents);
    snapshots.providers.onSwap(({ documents }) => (catalogue = buildCatalogue(documents)));
    const board = new HealthBoard();
    const { judging, holds, administration } = wirePolicies(house, settings, snapshots, board);
    return {
      evaluate(passage) {
        const { verb, tenant, request, asked } = passage;
        const raw = readJsonBody(passage.body, Math.min(settings.maxBodyBytes, payloadLimit()));
        if (verb === 'chat' && asksForStream(raw)) passage.answerInFrames();
        const { documents } = snapshots.tenants.current;
        const { document, suspended: isSuspended } = standingOf(documents, tenant);
        if (isSuspended) throw suspended();
        const at = Date.now();
        const body = parseRequestBody(verb, raw);
        const sizeBytes = passage.body.byteLength;
        const proceed = ({ plan, body: changed, timeoutMs, limits, decision }: Decided): void | Promise<void> => {
          if (verb === 'decide')
            return passage.reply({
              request,
              tenant,
              plan,
              itinerary: itineraryOf(plan),
              ...told(decision),
            } satisfies Decision);
          const longest = Math.min(settings.maxTimeoutMs, timeoutMs ?? settings.maxTimeoutMs);
          const deadline = deadlineOf(at, asked.timeoutMs, longest, document);
          const bytes = changed === undefined ? passage.body : encoder.encode(JSON.stringify(changed));
          const forward = (admitted: Plan): void => passage.forward(admitted, itineraryOf(admitted), deadline, bytes);
          const asking = {
            documents,
            tenant,
            plan,
            body: changed ?? body,
            sizeBytes: bytes.byteLength,
            tighter: limits,
          };
          const admitted = admit(rates, asking);
          // A promise costs: only who has to wait for a counter gets one.
          return admitted instanceof Promise ? admitted.then(forward) : forward(admitted);
        };
        const policy = holds(tenant);
        if (policy === undefined) {
          const isOpen = (candidate: Candidate): boolean => board.of(candidate, at)?.open === true;
          return proceed({ plan: decide({ verb, body, catalogue, isOpen, at }) });
        }
        const asksFor = { verb, tenant, document, body, raw: raw as Fields, sizeBytes, request, at };
        const judged = judging.judge(policy, asksFor);
        return judged instanceof Promise ? judged.then(proceed) : proceed(judged);
      },
      health: (report) => board.hear(report, Date.now()),
      ...administration,
      ...tenantAdministration(
        snapshots.tenants,
        { catalogue: () => catalogue, policies: () => snapshots.policies.current.documents },
        house.put,
      ),
    };
  },
});

type Fields = Readonly<Record<string, unknown>>;

/** What a policy, the built-in one or the tenant's, made of a request. */
interface Decided {
  readonly plan: Plan;
  /** In the place of the one that came. */
  readonly body?: Fields | undefined;
  readonly timeoutMs?: number | undefined;
  readonly limits?: Limits | undefined;
  readonly decision?: PolicyDecision;
}

const encoder = new TextEncoder();

function told(decision: PolicyDecision | undefined): Pick<Decision, 'decision'> {
  return decision === undefined ? {} : { decision: { ...decision } };
}

function itineraryOf({ candidates }: Plan): string[] {
  return candidates.slice(0, 1).map(({ vendor }) => stopName(provider.call, vendor));
}

function asksForStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'stream' in body && body.stream === true;
}
