// Sending spans: to a collector by OTLP over HTTP (protobuf, the standard's default), or to the console.
import { ExportResultCode, getStringFromEnv } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ConsoleSpanExporter, type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace';
import type { Logger } from 'pino';
import type { SpanTarget } from './tracing.ts';

/** Address, headers, time-out, compression and certificates are read by the exporter itself (OTEL_EXPORTER_OTLP_*). */
export function openExporter(target: SpanTarget, log: Logger): SpanExporter {
  if (target === 'console') return new ConsoleSpanExporter();
  const protocol =
    getStringFromEnv('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL') ?? getStringFromEnv('OTEL_EXPORTER_OTLP_PROTOCOL');
  if (protocol !== undefined && protocol !== 'http/protobuf')
    log.warn(`OTEL_EXPORTER_OTLP_PROTOCOL="${protocol}" is not spoken here; traces go by http/protobuf`);
  return new LossTeller(new OTLPTraceExporter(), log);
}

/** Says once that spans are being lost, and once that they are taken again: a collector that is away for a day is two lines of log. */
class LossTeller implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: Logger;
  #lost = 0;

  constructor(exporter: SpanExporter, log: Logger) {
    this.#exporter = exporter;
    this.#log = log;
  }

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#taken();
      else this.#refused(spans.length, result.error);
      // Lost or not, the batch is dealt with; its failure would be told again for each one.
      done({ code: ExportResultCode.SUCCESS });
    });
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #taken(): void {
    if (this.#lost > 0) this.#log.info({ lost: this.#lost }, 'traces are taken again');
    this.#lost = 0;
  }

  #refused(spans: number, error: Error | undefined): void {
    if (this.#lost === 0)
      this.#log.warn({ reason: reasonOf(error) }, 'traces are not taken; spans are lost until they are');
    this.#lost += spans;
  }
}

/** A refused connection to a name with several addresses has a code and no message. */
function reasonOf(error: (Error & { readonly code?: unknown }) | undefined): string {
  const code = typeof error?.code === 'string' ? error.code : 'unknown';
  return error?.message || code;
}
