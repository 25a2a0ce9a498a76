// Our tracer over OpenTelemetry's SDK. Imported only when tracing is on: nothing else may import it, or its packages.
import {
  defaultTextMapGetter,
  defaultTextMapSetter,
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
  type Tracer as SpanMaker,
} from '@opentelemetry/api';
import { getNumberFromEnv, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
  type Resource,
} from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import {
  answerAttributes,
  attemptAttributes,
  attemptName,
  attribute,
  endAttributes,
  isFailure,
  stopAttributes,
} from './trace-attributes.ts';
import { openExporter } from './trace-export.ts';
import { readSampler } from './trace-sampler.ts';
import type {
  AttemptEnd,
  AttemptFacts,
  AttemptTrace,
  SpanTarget,
  StopFacts,
  StopTrace,
  TraceContext,
  Traced,
  Tracer,
} from './tracing.ts';

const propagator = new W3CTraceContextPropagator();

/** Spans for stops and calls, sent in batches in the background; what the collector does not take is dropped, and no request waits for it. */
export class OpenTelemetryTracer implements Tracer {
  readonly #provider: TracerProvider;
  readonly #spans: SpanMaker;

  constructor(traced: Traced, targets: readonly SpanTarget[]) {
    hearComplaints(traced.log);
    this.#provider = new TracerProvider({
      resource: resourceOf(traced),
      sampler: readSampler(),
      spanProcessors: targets.map((target) => batches(openExporter(target, traced.log))),
    });
    this.#spans = this.#provider.getTracer('router-mesh', traced.version);
  }

  stop(facts: StopFacts): StopTrace {
    return new OpenStop(this.#spans, facts);
  }

  close(): Promise<void> {
    return this.#provider.shutdown();
  }
}

class OpenStop implements StopTrace {
  readonly #spans: SpanMaker;
  readonly #span: Span;
  readonly #within: Context;

  constructor(spans: SpanMaker, facts: StopFacts) {
    this.#spans = spans;
    const { traceparent, tracestate } = facts;
    const parent = propagator.extract(ROOT_CONTEXT, { traceparent, tracestate }, defaultTextMapGetter);
    // The client waits for the entry's answer (SERVER). Nobody waits for a stage: whoever handed the request on is done with it (CONSUMER).
    const kind = facts.place === 'entry' ? SpanKind.SERVER : SpanKind.CONSUMER;
    this.#span = spans.startSpan(facts.stop, { kind, attributes: stopAttributes(facts) }, parent);
    this.#within = trace.setSpan(ROOT_CONTEXT, this.#span);
  }

  get context(): TraceContext {
    const said: { traceparent?: string; tracestate?: string } = {};
    propagator.inject(this.#within, said, defaultTextMapSetter);
    return { traceparent: said.traceparent, tracestate: said.tracestate || undefined };
  }

  attempt(facts: AttemptFacts): AttemptTrace {
    const attributes = attemptAttributes(facts);
    const span = this.#spans.startSpan(attemptName(facts), { kind: SpanKind.CLIENT, attributes }, this.#within);
    return {
      end(end: AttemptEnd): void {
        span.setAttributes(answerAttributes(end));
        if (end.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  end(code: string): void {
    this.#span.setAttributes(endAttributes(code));
    if (isFailure(code)) this.#span.setStatus({ code: SpanStatusCode.ERROR });
    this.#span.end();
  }
}

/** Who we are, and over it what OTEL_RESOURCE_ATTRIBUTES and OTEL_SERVICE_NAME say. */
function resourceOf({ service, version, instance }: Traced): Resource {
  const own = resourceFromAttributes({
    [attribute.serviceName]: `router-${service}`,
    [attribute.serviceVersion]: version,
    [attribute.serviceInstance]: instance,
  });
  const said = detectResources({ detectors: [resourceAttributesEnvDetector, serviceNameEnvDetector] });
  return defaultResource().merge(own).merge(said);
}

/** By the standard's variables, which this SDK leaves to us; its defaults are the standard's. */
function batches(exporter: ReturnType<typeof openExporter>): BatchSpanProcessor {
  const settings = {
    scheduledDelayMillis: getNumberFromEnv('OTEL_BSP_SCHEDULE_DELAY'),
    exportTimeoutMillis: getNumberFromEnv('OTEL_BSP_EXPORT_TIMEOUT'),
    maxQueueSize: getNumberFromEnv('OTEL_BSP_MAX_QUEUE_SIZE'),
    maxExportBatchSize: getNumberFromEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE'),
  };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined && value > 0));
  return new BatchSpanProcessor({ exporter, ...given });
}

/** What OpenTelemetry complains of goes to the log: each thing once, whatever numbers are in it. */
function hearComplaints(log: Logger): void {
  const heard = new Set<string>();
  const complain = (message: string): void => {
    const kind = message.replace(/\d+/g, '0');
    if (heard.has(kind) || heard.size > 100) return;
    heard.add(kind);
    log.warn(`OpenTelemetry: ${message}`);
  };
  const ignore = (): void => undefined;
  diag.setLogger({ error: complain, warn: complain, info: ignore, debug: ignore, verbose: ignore }, DiagLogLevel.WARN);
}
