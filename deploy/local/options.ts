// What `router up` was asked for, read from its command line.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { services, type ServiceName } from '@router-mesh/contracts';
import { UpError } from './up-error.ts';

export interface Options {
  /** Where NATS listens, on 127.0.0.1. */
  readonly port: number;
  /** How many of each service. */
  readonly replicas: ReadonlyMap<ServiceName, number>;
  /** All services in one process, instead of one for each. */
  readonly together: boolean;
  /** The state folder, absolute. */
  readonly state: string;
  /** One line of JSON for everything that is said. */
  readonly json: boolean;
}

const usageExitCode = 2;
const mostReplicas = 16;

/** @throws UpError naming the option */
export function readOptions(args: readonly string[], defaultState: string): Options {
  const { port = '4222', replicas = '', together = false, state = defaultState, json = false } = parse(args);
  if (together && replicas !== '') throw usage('--together and --replicas: say one of them, for it is one process');
  return { port: readPort(port), replicas: readReplicas(replicas), together, state: resolve(state), json };
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: { port: text, replicas: text, together: flag, state: text, json: flag },
    }).values;
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

function readPort(port: string): number {
  if (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535) return Number(port);
  throw usage(`--port ${port}: must be a port from 1 to 65535`);
}

/** `policy=2,provider=3`; one of each where nothing is said. */
function readReplicas(replicas: string): ReadonlyMap<ServiceName, number> {
  const counts = new Map<ServiceName, number>(services.map((service) => [service, 1]));
  for (const pair of replicas.split(',').filter((part) => part !== '')) {
    const [name, count = ''] = pair.split('=');
    const service = services.find((known) => known === name);
    if (service === undefined || !/^\d{1,2}$/.test(count) || Number(count) < 1 || Number(count) > mostReplicas) {
      throw usage(`--replicas ${pair}: must be ${services.join(' or ')}, "=" and 1 to ${mostReplicas}`);
    }
    counts.set(service, Number(count));
  }
  return counts;
}

function usage(message: string): UpError {
  return new UpError(message, usageExitCode);
}
