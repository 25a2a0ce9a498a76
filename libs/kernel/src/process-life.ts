// The life of a process and of the services that it runs, mostly one: in which order they stop, when it ends, and what each is told.
import { RouterError, services, type ServiceName } from '@router-mesh/contracts';
import type { Environment } from './settings.ts';

interface Resident {
  readonly name: ServiceName;
  stop(): Promise<void>;
}

/** What a value of the environment has where the name of the service belongs. */
const placeholder = '{service}';

/** No two services have the same of these: one would be refused its rights, or take over what the other has kept. */
const neverShared = ['ROUTER_NATS_CREDENTIALS', 'ROUTER_STATE'];

const residents: Resident[] = [];
let sharing: readonly ServiceName[] = [];
let stopping = false;

/** Tell the kernel, before the first of them is run, that these services will run in this process, each by its own `run`. */
export function shareProcess(names: readonly ServiceName[]): void {
  sharing = inOrder(names, (name) => name);
}

/** What the environment of this process tells one service. @throws RouterError `invalid_request` naming the variable that they cannot share */
export function environmentOf(name: ServiceName): Environment {
  return sharing.length > 0 ? shareOf(name, sharing, process.env) : process.env;
}

/**
 * One service's share of an environment for several: `{service}` in a `ROUTER_*` value is its name, and each takes the port after the one before it.
 * @throws RouterError `invalid_request` naming the variable that they cannot share
 */
export function shareOf(name: ServiceName, names: readonly ServiceName[], environment: Environment): Environment {
  const share = Object.entries(environment).map(([variable, value]) => {
    if (value === undefined || value === '' || !variable.startsWith('ROUTER_')) return [variable, value];
    if (variable === 'ROUTER_HTTP_PORT') return [variable, portOf(names.indexOf(name), value)];
    if (names.length > 1 && neverShared.includes(variable) && !value.includes(placeholder)) {
      const message = `setting ${variable}="${value}" would be the same for ${names.join(' and ')}: write ${placeholder} where the name of the service belongs`;
      throw new RouterError('invalid_request', message, { param: variable });
    }
    return [variable, value.replaceAll(placeholder, name)];
  });
  return Object.fromEntries(share) as Environment;
}

/** Whoever is told to stop is told so here: by SIGTERM or SIGINT, and when all have stopped the process exits with 0. */
export function reside(resident: Resident): void {
  if (residents.length === 0)
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
  residents.push(resident);
}

/** One after the other: what the first still forwards while it drains finds the next one at work. */
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  for (const resident of inOrder(residents, ({ name }) => name)) await resident.stop();
  process.exit(0);
}

/** In the order in which a request passes them, which is the one that `services` has. */
function inOrder<Item>(items: readonly Item[], nameOf: (item: Item) => ServiceName): Item[] {
  return items.toSorted((a, b) => services.indexOf(nameOf(a)) - services.indexOf(nameOf(b)));
}

/** Port 0 stands for any that is free; what is no number is for the setting's schema to refuse. */
function portOf(index: number, first: string): string {
  return /^[1-9]\d*$/.test(first) ? String(Number(first) + index) : first;
}
