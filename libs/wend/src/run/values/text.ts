// Money, durations and times as texts, as a policy writes them.

const picoPerUsd = 1_000_000_000_000;
const units: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];
/** What JavaScript's dates reach: 271 821 BC to 275 760 AD. */
const lastTime = 8_640_000_000_000_000;

/** `$0.0125` */
export function moneyText(picoUsd: number): string {
  const sign = picoUsd < 0 ? '-' : '';
  const pico = Math.abs(picoUsd);
  if (!Number.isSafeInteger(pico)) return `${sign}$${pico / picoPerUsd}`;
  const fraction = String(pico % picoPerUsd)
    .padStart(12, '0')
    .replace(/0+$/, '');
  return `${sign}$${Math.floor(pico / picoPerUsd)}${fraction === '' ? '' : '.'}${fraction}`;
}

/** `90s`, `1500ms` */
export function durationText(ms: number): string {
  if (ms === 0) return '0ms';
  const [size, name] = units.find(([unit]) => ms % unit === 0) ?? [1, 'ms'];
  return `${ms / size}${name}`;
}

/** `2026-01-05T12:00:00.000Z` */
export function timeText(epochMs: number): string {
  return Math.abs(epochMs) <= lastTime ? new Date(epochMs).toISOString() : `${epochMs}ms`;
}
