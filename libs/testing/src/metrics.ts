// Reading the numbers of a service as Prometheus would.
import type { ServiceProcess } from './mesh.ts';

/** One number of a service by its name and labels as they stand on /metrics, as `router_in_flight{stop="policy"}`; 0 while there is none. */
export async function metricOf(service: ServiceProcess, name: string): Promise<number> {
  const text = await (await fetch(new URL('/metrics', service.http))).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}
