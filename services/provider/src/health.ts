// The health signal: what this instance knows of its vendors' models, once a second to whoever listens.
import { health, tokenPattern } from '@router-mesh/contracts';
import type { House } from '@router-mesh/kernel';
import type { Models } from './models.ts';

const everyMs = 1000;

/**
 * Tell of each vendor that is served, once a second for as long as the process lives, and show open breakers in /metrics and `router status`.
 * @param vendors those that are served now
 */
export function tellHealth(
  { instance, signal, gauge, note }: Pick<House, 'instance' | 'signal' | 'gauge' | 'note'>,
  models: Models,
  vendors: () => readonly string[],
): void {
  const tell = (): void => {
    const at = Date.now();
    for (const vendor of vendors()) {
      // A document's key that is no token is no stop either.
      if (tokenPattern.test(vendor))
        signal(health, vendor, { vendor, instance, at, models: models.report(vendor, at) });
    }
  };
  setInterval(tell, everyMs).unref();
  gauge(
    'router_open_breakers',
    'Models that are not called because too many of their last calls failed',
    function* () {
      for (const [vendor, open] of models.open()) yield [{ vendor }, open.length] as const;
    },
    ['vendor'],
  );
  note(() =>
    [...models.open()].flatMap(([vendor, open]) =>
      open.map((model) => `model ${vendor}/${model} is not called for now: its breaker is open`),
    ),
  );
}
