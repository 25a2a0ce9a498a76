// The rate counters over NATS, and what is done while they are away: nothing is asked but by a probe, and it is told once.
import { minuteOf, platformTenant, rateAway, rateSubject } from '@router-mesh/contracts';
import { Outage, type House } from '@router-mesh/kernel';
import type { SharedCounters } from './rates.ts';

/** How long a counter may take to answer, ms: requests wait for it, once. */
const timeoutMs = 500;

export function sharedCounters({
  tallies,
  log,
  instance,
}: Pick<House, 'tallies' | 'log' | 'instance'>): SharedCounters {
  const outage = new Outage({
    probe: () => tallies.add(probeSubject(), 0, { timeoutMs }),
    began(message) {
      log.warn({ reason: message }, 'the rate counters are away; limits are held to the share of this replica');
      tallies.announce(rateAway, platformTenant, { instance, message });
    },
    ended: () => log.info('the rate counters are back'),
  });
  tallies.gauge('router_rate_counters_away', '1 while the rate counters do not answer', () => Number(outage.lasts));
  return {
    get away() {
      return outage.lasts;
    },
    async add(subject, amount) {
      try {
        return await tallies.add(subject, amount, { timeoutMs });
      } catch (error) {
        outage.begin(error);
        return undefined;
      }
    },
    addSoon: (subject, amount) => tallies.addSoon(subject, amount),
  };
}

/** A counter that nobody else counts in. */
function probeSubject(): string {
  return rateSubject('requests', { scope: 'probe', tenant: platformTenant }, minuteOf(Date.now()));
}
