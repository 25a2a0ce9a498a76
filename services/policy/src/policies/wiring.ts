// The wiring of policies: everything that judging and administration need, following what this replica watches.
import {
  platformTenant,
  policies,
  policyStale,
  policyWarned,
  tenantOfPolicy,
  type EventContract,
  type PolicyDocument,
  type policySettings,
  type ProviderDocument,
  type SaltDocument,
  type policyAdministration,
  type TenantDocument,
  eventSubject,
} from '@router-mesh/contracts';
import type { Handlers, House, Snapshot } from '@router-mesh/kernel';
import type { z } from 'zod';
import { defaultPolicy } from '../decide.ts';
import type { HealthBoard } from '../health.ts';
import { policyManagement } from './administration/administration.ts';
import { tellDiagnostics } from './administration/diagnostics.ts';
import { questions } from './administration/questions.ts';
import { LastingPointers } from './documents/lasting-pointers.ts';
import { Sources } from './documents/sources.ts';
import { PolicyStore } from './documents/store.ts';
import { mayGenerate } from './in-force/code-generation.ts';
import { Linker } from './in-force/linker.ts';
import { PoliciesInForce, type InForceListener } from './in-force/policies-in-force.ts';
import { wendCatalogue } from './in-force/wend-catalogue.ts';
import { HealthMaps } from './judging/health-map.ts';
import { Judging } from './judging/judging.ts';
import { knownSalt } from './judging/seed.ts';
import { DecisionLog } from './watching/decision-log.ts';
import { RollbackGuard } from './watching/rollback-guard.ts';
import { Shadows } from './watching/shadow.ts';

interface Watched<Value> {
  readonly current: Snapshot<Value>;
  onSwap(listener: (snapshot: Snapshot<Value>) => void): void;
}

export interface Watching {
  readonly policies: Watched<PolicyDocument>;
  readonly providers: Watched<ProviderDocument>;
  readonly tenants: Watched<TenantDocument>;
  readonly salts: Watched<SaltDocument>;
}

type Settings = House<Record<never, never>, typeof policySettings>['settings'];

export interface WiredPolicies {
  readonly judging: Judging;
  /** The name of the policy that holds for a tenant; undefined where it is the built-in one. */
  holds(tenant: string): string | undefined;
  readonly administration: Handlers<typeof policyAdministration>;
}

/** How long an event about a policy may take to be stored, ms; replicas that tell the same one within two minutes are one. */
const tellMs = 5000;

export function wirePolicies(
  house: Omit<House, 'settings' | 'snapshots'>,
  settings: Settings,
  watching: Watching,
  board: HealthBoard,
): WiredPolicies {
  const { policyFuel: fuel, policyDepth: depth, policyCodegen: codegen, policyWatchMs: watchMs } = settings;
  const sources = new Sources(house);
  const linker = new Linker({ fuel, depth, codegen: mayGenerate(house, codegen) });
  const store = new PolicyStore(house);
  const guard = new RollbackGuard(house, store, { watchMs });
  const catalogueNow = () => wendCatalogue(watching.providers.current.documents, watching.providers.current.revision);
  const inForce: PoliciesInForce = new PoliciesInForce(
    linker,
    sources,
    catalogueNow(),
    listening(
      house,
      guard,
      () => inForce.catalogue.revision,
      () => sources.prune(inForce.inUse()),
    ),
  );
  const judging = new Judging(house, {
    inForce,
    health: new HealthMaps(board),
    guard,
    shadows: new Shadows(house),
    log: new DecisionLog(house, settings),
    salt: knownSalt(house, watching.salts),
  });
  const documents = () => watching.tenants.current.documents;
  const holds = (tenant: string) => judging.holdsFor(tenant, documents(), inForce.pointers);
  const lasting = new LastingPointers();
  watching.policies.onSwap((shown) => {
    const before = lasting.left;
    inForce.follow(lasting.take(shown));
    judging.reconsider();
    if (lasting.left > before)
      house.log.error(
        { policies: lasting.left },
        'the bucket of policies was made anew; those that it held stay in force',
      );
  });
  watching.tenants.onSwap(() => judging.reconsider());
  watching.providers.onSwap(() => inForce.recheck(catalogueNow()));
  house.note(() => (inForce.left === 0 ? [] : [`${inForce.left} policies are yet to be linked or checked`]));
  house.note(() => (lasting.left === 0 ? [] : [lastingNote(lasting.left)]));
  house.gauge(
    'router_policies_waiting',
    'Policies that are yet to be linked or checked',
    () => [[{}, inForce.left]],
    [],
  );
  const registry = { inForce, linker, sources, store };
  return {
    judging,
    holds,
    administration: {
      ...policyManagement(registry, (tenant) => holds(tenant) ?? defaultPolicy.name),
      ...questions({ registry, judging, house, documents, holds }),
    },
  };
}

function lastingNote(count: number): string {
  return `bucket ${policies.name} was made anew: ${count} of its policies stay in force until this process ends; publish them again`;
}

/** What is told of versions that come and go. */
function listening(
  house: Omit<House, 'settings' | 'snapshots'>,
  guard: RollbackGuard,
  catalogue: () => string,
  tidied: () => void,
): InForceListener {
  const { log } = house;
  return {
    seated: (seat, before) => guard.seated(seat, before, Date.now()),
    warned({ name, linked, missing }) {
      const { digest, version } = linked;
      const named = version === undefined ? {} : { version };
      const textOf = (file: string) => linked.sources.find((source) => source.file === file)?.text ?? '';
      const diagnostics = tellDiagnostics(missing, textOf);
      log.warn(
        { policy: name, missing: diagnostics.map(({ message }) => message) },
        'a policy names what the catalogue does not have',
      );
      tellOnce(house, policyWarned, name, `${digest} ${catalogue()}`, {
        policy: name,
        ...named,
        digest,
        catalogue: catalogue(),
        diagnostics,
      });
    },
    stale({ name, digest, diagnostics, textOf, state }) {
      const told = tellDiagnostics(diagnostics, textOf);
      log.error(
        { policy: name, digest, state, why: told[0]?.message },
        'a policy does not link with what it stands on now',
      );
      tellOnce(house, policyStale, name, digest, { policy: name, digest, diagnostics: told });
    },
    away: ({ name, digest }, error) =>
      log.warn({ err: error, policy: name, digest }, 'the source of a policy cannot be read now'),
    tidied,
  };
}

/** Every replica finds the same out at the same time: the message id makes one event of it. */
function tellOnce<Body extends z.ZodType>(
  { store }: Pick<House, 'store'>,
  event: EventContract<Body>,
  name: string,
  id: string,
  body: z.input<Body>,
): void {
  const messageId = `${event.entity}.${event.verb} ${name} ${id}`;
  void store(eventSubject(event, tenantOfPolicy(name) || platformTenant), JSON.stringify(event.body.parse(body)), {
    messageId,
    timeoutMs: tellMs,
  });
}
