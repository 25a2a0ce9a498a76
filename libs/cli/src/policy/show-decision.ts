// A decision as text. Pure.
import type { Decision, Json } from '@router-mesh/wend';
import { list } from '../output.ts';

const units: Readonly<Record<string, string>> = { timeout: ' ms' };

/** What it says, a line each; what it does not say has no line. */
export function showDecision(decision: Decision): string {
  return list(lines(decision).filter(([, value]) => value !== ''));
}

function lines(decision: Decision): (readonly [string, string])[] {
  const { policy, spent, limits, tags } = decision;
  return [
    ['effect', decision.effect],
    ['because', because(decision)],
    [
      'policy',
      [policy.name, policy.version, policy.digest.slice(0, 12)].filter((part) => part !== undefined).join(' '),
    ],
    ['route', decision.route ?? ''],
    ['rules', decision.rules.join(', ')],
    ['picked', decision.picked ?? ''],
    [
      'models',
      decision.candidates.map(({ model, weight }) => model + (weight === undefined ? '' : ` (${weight})`)).join(', '),
    ],
    ['fallbacks', decision.fallbacks.map(showFallback).join(', ')],
    [
      'limits',
      Object.entries(limits)
        .map(([name, value]) => `${name} ${value}${units[name] ?? ''}`)
        .join(', '),
    ],
    ['pipeline', decision.pipeline.map(({ stage, extension, mode }) => `${stage} ${extension} (${mode})`).join(', ')],
    ['experiments', decision.experiments.map(({ name, taken }) => `${name}: ${taken}`).join(', ')],
    ['transforms', showTransforms(decision)],
    ['cache', showCache(decision)],
    ['hedge', decision.hedge_after_ms === undefined ? '' : `after ${decision.hedge_after_ms} ms`],
    ['breakers', decision.breakers.map(showBreaker).join(', ')],
    ['tags', showJson(tags)],
    ['fuel', spent.map(({ layer, fuel }) => `${layer} ${fuel}`).join(', ')],
  ];
}

function because({ deny, unavailable }: Decision): string {
  if (deny !== undefined) {
    const said = deny.message === undefined ? '' : `: ${deny.message}`;
    return `${deny.layer}:${deny.rule} denies it as "${deny.reason}" (${deny.status})${said}`;
  }
  if (unavailable === undefined) return '';
  const { reason, layer, message, position } = unavailable;
  const place = position === undefined ? '' : ` at ${position.file}:${position.line}:${position.column}`;
  return [reason, message === undefined ? '' : `: ${message}`, layer === undefined ? '' : ` in ${layer}`, place].join(
    '',
  );
}

function showFallback({ model, on, retry }: Decision['fallbacks'][number]): string {
  const when = on.length === 0 ? '' : ` on ${on.join(' or ')}`;
  return `${model}${when}${retry === undefined ? '' : `, ${retry} more times`}`;
}

function showTransforms({ transforms }: Decision): string {
  return (['request', 'response'] as const)
    .flatMap((what) =>
      transforms[what].map(({ path, value }) => `${what} ${path.join('.')} = ${JSON.stringify(value)}`),
    )
    .join(', ');
}

function showCache({ cache }: Decision): string {
  if (cache === undefined) return '';
  return 'off' in cache ? 'off' : `${cache.ttl_ms} ms`;
}

function showBreaker({ model, calls, failure_rate: rate, open_ms: open }: Decision['breakers'][number]): string {
  return `${model ?? 'every model'}: ${Math.round(rate * 100)} % of ${calls} calls, ${open} ms`;
}

function showJson(tags: Readonly<Record<string, Json>>): string {
  return Object.entries(tags)
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
    .join(', ');
}
