// Every contract that a service serves, given to its handler; families of stops follow the watched buckets.
import { stopName, tokenPattern, type StopContract } from '@router-mesh/contracts';
import type { Handlers, ServedGroup } from './define.ts';
import type { Rpcs } from './rpcs.ts';
import type { Stops } from './stops.ts';

export interface Serving {
  readonly stops: Stops;
  readonly rpcs: Rpcs;
  /** For each family of stops, the members to serve now. */
  members(): Readonly<Record<string, readonly string[]>>;
  /** Calls a function at once and after every change of a watched bucket. */
  follow(changed: () => void): void;
}

export function serveContracts<Serves extends ServedGroup>(
  serves: Serves,
  handlers: Handlers<Serves>,
  serving: Serving,
): void {
  const { stops, rpcs } = serving;
  for (const [key, contract] of Object.entries(serves)) {
    const handle = handlers[key] as never; // its type was checked where the service was defined
    if (contract.kind === 'entry') stops.serveEntry(contract, handle);
    else if (contract.kind === 'rpc') rpcs.serve(contract, handle);
    else if (contract.kind === 'signal') rpcs.listen(contract, handle);
    else if (contract.per === undefined) stops.serveStop(contract, undefined, handle);
    else serving.follow(() => serveFamily(contract, serving.members()[key] ?? [], stops, handle));
  }
}

function serveFamily(contract: StopContract, members: readonly string[], stops: Stops, handle: never): void {
  // A document's key that is no token can be no stop: subscribing to it would be a right that nobody has, and fatal.
  const now = members.filter((member) => tokenPattern.test(member));
  for (const member of now) stops.serveStop(contract, member, handle);
  const kept = new Set(now.map((member) => stopName(contract, member)));
  const gone = stops.names.filter((stop) => stop.startsWith(`${contract.name}.`) && !kept.has(stop));
  for (const stop of gone) void stops.leave(stop);
}

/** The stops that a service serves, as discovery shows them: `provider.*` is a family. Which of it are served now stands in the stats. */
export function stopNames(serves: ServedGroup): string {
  const names = Object.values(serves).flatMap((contract) => {
    if (contract.kind === 'entry') return [contract.queue];
    if (contract.kind === 'stop') return [stopName(contract, contract.per === undefined ? undefined : '*')];
    return [];
  });
  return names.join(',');
}
