// What calls used, summed up by tenant and model. Pure.
import { Ledger, type MeterRecord } from '@router-mesh/contracts';

/** What stands in an answer to "how much did they use?"; of a year of calls only this much is kept in memory. */
export interface EndedCall {
  readonly call: string;
  readonly tenant: string;
  readonly model: string;
  readonly outcome: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly estimated: boolean;
  readonly late: boolean;
  readonly swept: boolean;
  /** The answer came from the cache. */
  readonly cached: boolean;
}

export interface StartedCall {
  readonly call: string;
  readonly request: string;
  readonly at: number;
  readonly tenant: string;
  readonly model: string;
  readonly instance: string;
  /** Epoch ms. */
  readonly deadline: number;
}

/** Which calls are asked about. */
export interface Window {
  /** By policy's stamp, epoch ms. */
  readonly since: number;
  /** This tenant and those below it; all when absent. */
  readonly tenant?: string | undefined;
}

/** Calls as records tell of them, those of a window alone. */
export class UsageLedger {
  readonly #calls = new Ledger<StartedCall, EndedCall>();
  readonly #window: Window;
  /** One copy of each name, however many records have it. */
  readonly #names = new Map<string, string>();

  constructor(window: Window) {
    this.#window = window;
  }

  take(record: MeterRecord): void {
    const { since, tenant: asked } = this.#window;
    if (record.at < since) return;
    if (asked !== undefined && record.tenant !== asked && !record.tenant.startsWith(`${asked}.`)) return;
    const { call, request, at, deadline } = record;
    const [tenant, model] = [this.#name(record.tenant), this.#name(record.model)];
    if (record.kind === 'started') {
      this.#calls.started({ call, request, at, tenant, model, instance: this.#name(record.instance), deadline });
      return;
    }
    const { outcome, usage, late = false, swept = false, cache } = record;
    this.#calls.finished({
      call,
      tenant,
      model,
      outcome: this.#name(outcome),
      inputTokens: usage.input_tokens,
      outputTokens: usage.output_tokens,
      estimated: usage.estimated,
      late,
      swept,
      cached: cache !== undefined,
    });
  }

  get open(): StartedCall[] {
    return this.#calls.open;
  }

  get ended(): EndedCall[] {
    return this.#calls.ended;
  }

  #name(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    this.#names.set(text, text);
    return text;
  }
}

export const groupings = ['tenant', 'model', 'tenant,model'] as const;
export type Grouping = (typeof groupings)[number];

/** Sums of the calls of one tenant, one model, or one of both. */
export interface UsageSum {
  readonly tenant?: string;
  readonly model?: string;
  calls: number;
  answered: number;
  /** Everything else: failed, cancelled, interrupted, superseded. */
  failed: number;
  /** Answers from the cache. They are in no other number: no model was called, and their tokens cost nothing. */
  cached: number;
  input_tokens: number;
  output_tokens: number;
  /** Tokens, in and out, that the model did not report. */
  estimated_tokens: number;
  /** Calls whose records came by a spool. */
  late: number;
  /** Calls that nobody ended, closed with an estimate. */
  swept: number;
}

/** The sums of each group, by name; and of all calls together. */
export function sumUp(calls: readonly EndedCall[], by: Grouping): { groups: UsageSum[]; total: UsageSum } {
  const groups = new Map<string, UsageSum>();
  const total = nothing({});
  for (const call of calls) {
    const key = {
      ...(by.includes('tenant') ? { tenant: call.tenant } : {}),
      ...(by.includes('model') ? { model: call.model } : {}),
    };
    const name = `${key.tenant ?? ''} ${key.model ?? ''}`;
    const group = groups.get(name) ?? nothing(key);
    groups.set(name, group);
    add(group, call);
    add(total, call);
  }
  return { groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group), total };
}

function nothing(key: { readonly tenant?: string; readonly model?: string }): UsageSum {
  const tokens = { input_tokens: 0, output_tokens: 0, estimated_tokens: 0 };
  return { ...key, calls: 0, answered: 0, failed: 0, cached: 0, ...tokens, late: 0, swept: 0 };
}

function add(sum: UsageSum, call: EndedCall): void {
  const { outcome, inputTokens, outputTokens, estimated, late, swept, cached } = call;
  if (cached) {
    sum.cached += 1;
    return;
  }
  sum.calls += 1;
  sum[outcome === 'answered' ? 'answered' : 'failed'] += 1;
  sum.input_tokens += inputTokens;
  sum.output_tokens += outputTokens;
  if (estimated) sum.estimated_tokens += inputTokens + outputTokens;
  if (late) sum.late += 1;
  if (swept) sum.swept += 1;
}
