// How each process of the mesh is run.
import { join } from 'node:path';
import { services, type ServiceName } from '@router-mesh/contracts';
import type { Program } from './child.ts';
import { bareEnvironment, serviceEnvironment, type Environment } from './environment.ts';
import type { State } from './state.ts';

const tree = join(import.meta.dirname, '../..');
const togetherScript = join(tree, 'deploy/together/main.ts');

export function natsServerProgram(command: string, port: number, state: State, shell: Environment): Program {
  return {
    name: 'nats-server',
    command,
    args: [
      '-c',
      state.natsConf,
      '--addr',
      '127.0.0.1',
      '--port',
      String(port),
      '--store_dir',
      state.store,
      '--name',
      'local',
    ],
    path: state.natsConf,
    environment: bareEnvironment(shell),
    isReady: (line) => line.endsWith('Server is ready'),
  };
}

export function demoProgram(port: number, shell: Environment): Program {
  return {
    name: 'demo',
    command: process.execPath,
    args: [serviceScript('demo')],
    path: serviceScript('demo'),
    environment: { ...bareEnvironment(shell), DEMO_HOST: '127.0.0.1', DEMO_PORT: String(port) },
    isReady: (line) => line.startsWith('{"demo"'),
  };
}

/** All replicas of a service. */
export function servicePrograms(
  service: ServiceName,
  count: number,
  natsUrl: string,
  state: State,
  shell: Environment,
): Program[] {
  return Array.from({ length: count }, (_, index) => ({
    name: count === 1 ? service : `${service}-${index + 1}`,
    command: process.execPath,
    args: [serviceScript(service)],
    path: serviceScript(service),
    environment: environmentFor([service], service, natsUrl, state, shell),
    isReady: (line) => line.includes('"msg":"ready"'),
  }));
}

/** What the process with all services is called. */
export const together = 'together';

/** All services in one process. */
export function togetherProgram(natsUrl: string, state: State, shell: Environment): Program {
  return {
    name: together,
    command: process.execPath,
    args: [togetherScript],
    path: togetherScript,
    // Where its name belongs each service reads its own.
    environment: environmentFor(services, '{service}', natsUrl, state, shell),
    isReady: (line) => line.includes('"msg":"all ready"'),
  };
}

/** @param as what the files of the services in this process are called by */
function environmentFor(
  inside: readonly ServiceName[],
  as: string,
  natsUrl: string,
  state: State,
  shell: Environment,
): Record<string, string> {
  // On one machine every decision can be explained, unless the shell says otherwise.
  const told = inside.includes('policy') ? { ROUTER_DECISION_LOG: '1', ...shell } : shell;
  return serviceEnvironment(inside, told, {
    NATS_URL: natsUrl,
    ROUTER_NATS_CREDENTIALS: state.credentials(as),
    ROUTER_STATE: join(state.services, as),
    ...(inside.includes('provider') ? { ROUTER_PROVIDERS: state.providers } : {}),
  });
}

function serviceScript(name: string): string {
  return join(tree, 'services', name, 'src/main.ts');
}
