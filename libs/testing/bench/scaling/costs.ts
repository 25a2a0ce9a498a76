// What one thing costs: how often a second it was done, and whose CPU time it took.
import { cpuMs } from '../measure.ts';

/** Of one thing that was done over and over. CPU time in µs each; undefined where the system does not tell. */
export interface Cost {
  readonly what: string;
  readonly perSecond: number;
  /** Of all nats-servers together. */
  readonly serverUs?: number;
  /** Of this process, which does both sides of it. */
  readonly clientUs?: number;
}

/** The name of what storing records on three servers costs. @param group records a message */
export function storedOnThree(group: number): string {
  return `a record stored on 3 servers, in groups of ${group}`;
}

/** How many times in one go, and how many goes are not counted. */
interface Size {
  readonly times: number;
  readonly goes: number;
}

const warmUp = 2;

/**
 * Measure one thing.
 * @param servers the process ids of the nats-servers that take part
 * @param go does it `times` times, and resolves when it has been done
 */
export async function costOf(
  what: string,
  servers: readonly number[],
  { times, goes }: Size,
  go: (times: number) => Promise<void>,
): Promise<Cost> {
  for (let done = 0; done < warmUp; done += 1) await go(times);
  const [ours, theirs, started] = [sum([process.pid]), sum(servers), performance.now()];
  for (let done = 0; done < goes; done += 1) await go(times);
  const count = times * goes;
  const each = (before: number | undefined, after: number | undefined): number | undefined =>
    before === undefined || after === undefined ? undefined : ((after - before) / count) * 1000;
  const [clientUs, serverUs] = [each(ours, sum([process.pid])), each(theirs, sum(servers))];
  return {
    what,
    perSecond: (count / (performance.now() - started)) * 1000,
    ...(serverUs === undefined ? {} : { serverUs }),
    ...(clientUs === undefined ? {} : { clientUs }),
  };
}

function sum(pids: readonly number[]): number | undefined {
  const times = pids.map((pid) => cpuMs(pid));
  return times.every((ms) => ms !== undefined) ? times.reduce((all, ms) => all + ms, 0) : undefined;
}

/** Do something `times` times, so many at once. */
export async function atOnce(
  times: number,
  inFlight: number,
  once: (place: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < times) await once(next++);
  };
  await Promise.all(Array.from({ length: Math.min(inFlight, times) }, () => work()));
}
