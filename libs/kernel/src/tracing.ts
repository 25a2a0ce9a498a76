// Traces, when somebody asked for them: what stops and calls tell of themselves, in our own words. Off, nothing of OpenTelemetry is even loaded.
import type { Verb } from '@router-mesh/contracts';
import type { Logger } from 'pino';
import type { Environment } from './settings.ts';

/** Where a request stands in its trace: the headers of W3C Trace Context. */
export interface TraceContext {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** A request at a stop. No word of the client's is among it but its tenant's path and its request id. */
export interface StopFacts extends TraceContext {
  readonly stop: string;
  readonly place: 'entry' | 'stage';
  readonly request: string;
  readonly tenant: string;
  /** Which publication of the request this is, from 1. */
  readonly attempt: number;
  readonly leg: number;
}

/** One call of a model. */
export interface AttemptFacts {
  readonly call: string;
  readonly verb: Verb;
  readonly vendor: string;
  readonly model: string;
  readonly stream: boolean;
  readonly leg: number;
  /** Where the vendor's API is. */
  readonly url: string;
}

/** What came of a call; what is not known is absent. */
export interface AttemptEnd {
  /** Failure class or error code; undefined when the model answered. */
  readonly error: string | undefined;
  /** HTTP status of a failure. */
  readonly status: number | undefined;
  /** As the model says in its answer. */
  readonly id: string | undefined;
  readonly model: string | undefined;
  readonly finishReasons: readonly string[];
  /** As the model reported them. */
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  /** From the call to the first piece of a stream. */
  readonly firstPieceMs: number | undefined;
}

/** The span of one call. */
export interface AttemptTrace {
  end(end: AttemptEnd): void;
}

/** The span of one request at one stop. */
export interface StopTrace {
  /** What the next stop goes on from. */
  readonly context: TraceContext;
  attempt(facts: AttemptFacts): AttemptTrace;
  /** @param code `ok`, an error code, or the failure class with which the request went on */
  end(code: string): void;
}

export interface Tracer {
  stop(facts: StopFacts): StopTrace;
  /** Send what is still here. Resolves when it is sent or given up, which may take long: bound it. */
  close(): Promise<void>;
}

/** Who is tracing. */
export interface Traced {
  readonly service: string;
  readonly version: string;
  readonly instance: string;
  readonly log: Logger;
}

/** Where spans go. */
export type SpanTarget = 'otlp' | 'console';

/**
 * The tracer that the environment asks for; undefined when it asks for none.
 *
 * Nothing about traces stops a service: what is wrong with their settings is logged, and without a tracer it runs untraced.
 */
export async function openTracer(traced: Traced, environment: Environment): Promise<Tracer | undefined> {
  const targets = spanTargets(environment, (message) => traced.log.warn(message));
  if (targets.length === 0) return undefined;
  try {
    const { OpenTelemetryTracer } = await import('./open-telemetry.ts');
    return new OpenTelemetryTracer(traced, targets);
  } catch (error) {
    traced.log.error({ err: error }, 'tracing could not begin; this service runs untraced');
    return undefined;
  }
}

/** Where spans go, by OpenTelemetry's standard variables. Without OTEL_TRACES_EXPORTER an endpoint switches tracing on. */
export function spanTargets(environment: Environment, warn: (message: string) => void): readonly SpanTarget[] {
  const said = (name: string): string => environment[name]?.trim() ?? '';
  if (said('OTEL_SDK_DISABLED').toLowerCase() === 'true') return [];
  const endpoint = said('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') || said('OTEL_EXPORTER_OTLP_ENDPOINT');
  const names = said('OTEL_TRACES_EXPORTER') || (endpoint === '' ? 'none' : 'otlp');
  const targets = new Set<SpanTarget>();
  for (const name of names.split(',').map((part) => part.trim())) {
    if (name === 'otlp' || name === 'console') targets.add(name);
    else if (name !== 'none' && name !== '')
      warn(`OTEL_TRACES_EXPORTER="${name}" is not known here; it may be otlp, console or none`);
  }
  return [...targets];
}
