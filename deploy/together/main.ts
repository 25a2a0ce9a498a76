// Several services in one process, each as it is by itself: with a connection, rights, an instance and a health port of its own.
//
//   node deploy/together/main.ts [service…]
//
// All of them when none is named. Why this is here and how it may import them: docs/decisions/0031-one-process.md.
import { services, type ServiceName } from '@router-mesh/contracts';
import { shareProcess } from '@router-mesh/kernel';

/** @throws Error naming the services when there is none of that name */
function readNames(given: readonly string[]): readonly ServiceName[] {
  const unknown = given.find((name) => !services.some((service) => service === name));
  if (unknown !== undefined) throw new Error(`no service "${unknown}": there are ${services.join(', ')}`);
  return given.length === 0 ? services : services.filter((service) => given.includes(service));
}

const names = readNames(process.argv.slice(2));
shareProcess(names);
// Each waits for what another one owns, so they start side by side.
await Promise.all(names.map(start));
process.stdout.write(`${JSON.stringify({ level: 30, time: Date.now(), msg: 'all ready', services: names })}\n`);

/** Resolves when it serves. A bundle holds whatever this path may name. */
async function start(name: ServiceName): Promise<void> {
  await import(`../../services/${name}/src/main.ts`);
}
