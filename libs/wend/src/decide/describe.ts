// What a rule said as a line of text, for people: as it would be written, with the values that came out.
import type { ModelRecord } from '../data/catalogue.ts';
import type { Json } from '../data/json.ts';
import type { Said } from './said.ts';

/** `limit max_tokens = 1024`; within an experiment, which arm said it comes first. */
export function describe(said: Said): string {
  const line = effectText(said);
  return said.arm === undefined ? line : `${said.arm.experiment.name}/${said.arm.name}: ${line}`;
}

function effectText(said: Said): string {
  switch (said.kind) {
    case 'deny': {
      const { reason, status, message } = said.deny;
      return words('deny', text(reason), `status ${status}`, message === undefined ? '' : `message ${text(message)}`);
    }
    case 'candidates':
      return words('candidates', list(said.models));
    case 'split': {
      const arms = said.arms.map(({ models, weight }) => `${list(models)}: ${weight}`).join(', ');
      return words('split', said.key === undefined ? '' : `by ${text(said.key)}`, `{ ${arms} }`);
    }
    case 'fallback': {
      const { on, retry, backoff } = said;
      return words(
        'fallback',
        list(said.models),
        on.length === 0 ? '' : `on ${on.join(', ')}`,
        retry === undefined ? '' : `retry ${retry}`,
        backoff === undefined ? '' : `backoff exp(${backoff.base_ms}ms, ${backoff.cap_ms}ms)`,
      );
    }
    case 'sticky':
      return `sticky by ${text(said.key)}`;
    case 'limit':
      return `limit ${said.what} = ${said.value}${said.what === 'timeout' ? 'ms' : ''}`;
    case 'only':
    case 'exclude':
      return sourceText(said);
    case 'use': {
      const { stage, extension, range, mode, on_fail, config, timeout_ms } = said.entry;
      return words(
        'use',
        stage,
        text(range === undefined ? extension : `${extension}@${range}`),
        config === undefined ? '' : `with ${text(config)}`,
        mode,
        `on_fail ${on_fail}`,
        timeout_ms === undefined ? '' : `timeout ${timeout_ms}ms`,
      );
    }
    case 'transform':
      return `transform ${said.what} ${said.path.join('.')} = ${text(said.value)}`;
    case 'cache':
      return 'off' in said.cache ? 'cache off' : `cache key ${said.cache.key} ttl ${said.cache.ttl_ms}ms`;
    case 'hedge':
      return `hedge after ${said.afterMs}ms`;
    case 'tag':
      return `tag ${said.name} = ${text(said.value)}`;
  }
}

/** A filter is code: as it stands in the source, in one line. */
function sourceText({ rule, at }: Said): string {
  return rule.unit.unit.text.slice(at.start, at.end).replace(/\s+/g, ' ').trim();
}

function list(models: readonly ModelRecord[]): string {
  const ids = models.map(({ id }) => `@${id}`);
  return ids.length === 1 ? ids.join('') : `[${ids.join(', ')}]`;
}

function text(value: Json): string {
  return JSON.stringify(value);
}

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}
