// How each process of the mesh is run.
import { join } from 'node:path';
import type { ServiceName } from '@router-mesh/contracts';
import type { Program } from './child.ts';
import { bareEnvironment, serviceEnvironment, type Environment } from './environment.ts';
import type { State } from './state.ts';

const tree = join(import.meta.dirname, '../..');

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
  const seeds = service === 'provider' ? { ROUTER_PROVIDERS: state.providers } : {};
  // On one machine every decision can be explained, unless the shell says otherwise.
  const told = service === 'policy' ? { ROUTER_DECISION_LOG: '1', ...shell } : shell;
  const own = {
    NATS_URL: natsUrl,
    ROUTER_NATS_CREDENTIALS: state.credentials(service),
    ROUTER_STATE: join(state.services, service),
    ...seeds,
  };
  return Array.from({ length: count }, (_, index) => ({
    name: count === 1 ? service : `${service}-${index + 1}`,
    command: process.execPath,
    args: [serviceScript(service)],
    path: serviceScript(service),
    environment: serviceEnvironment(service, told, own),
    isReady: (line) => line.includes('"msg":"ready"'),
  }));
}

function serviceScript(name: string): string {
  return join(tree, 'services', name, 'src/main.ts');
}
