// An OTLP receiver in the test's own process: Elastic's, which decodes what exporters send by the protocol's own schema, and here the spans as tests read them.
import { createServer, type AddressInfo } from 'node:net';
import { z } from 'zod';
import { newMockOtlpServer, normalizeTrace, type MockOtlpServer } from './mock-otlp-server.ts';
import { poll } from './poll.ts';

/** Not all zeros, which stand for none. */
const hex = (digits: number) => z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`));
/** A value of an enum, without the prefix that all its values have. */
const named = <Name extends string>(prefix: string, names: readonly Name[]) =>
  z
    .string()
    .transform((text) => text.replace(prefix, ''))
    .pipe(z.enum(names));
const Nanoseconds = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt);
const Attributes = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]))
  .default({});

const Span = z.object({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16).optional(),
  traceState: z.string().optional(),
  name: z.string().min(1),
  kind: named('SPAN_KIND_', ['INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER']),
  startTimeUnixNano: Nanoseconds,
  endTimeUnixNano: Nanoseconds,
  attributes: Attributes,
  status: z.object({ code: named('STATUS_CODE_', ['UNSET', 'OK', 'ERROR']) }),
});

/** `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`, decoded. */
const TraceRequest = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: Attributes }),
      scopeSpans: z.array(z.object({ spans: z.array(Span) })),
    }),
  ),
});

/** A span as it arrived. */
export interface ReceivedSpan extends z.output<typeof Span> {
  /** Of the process that sent it. */
  readonly resource: z.output<typeof Attributes>;
}

export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  /** The headers of each request. */
  readonly requests: Readonly<Record<string, string | string[] | undefined>>[] = [];
  /** What was no traces by http/protobuf. */
  readonly refused: string[] = [];
  readonly #server: MockOtlpServer;
  #open = true;

  private constructor(port: number) {
    this.#server = newMockOtlpServer({
      services: ['http'],
      httpHostname: '127.0.0.1',
      httpPort: port,
      logLevel: 'error',
      onRequest: ({ method, path, headers }) => {
        if (!this.#open) return;
        this.requests.push(headers);
        const said = `${method} ${path} ${String(headers['content-type'])}`;
        if (said !== 'POST /v1/traces application/x-protobuf') this.refused.push(said);
      },
      onTrace: (request) => {
        if (this.#open) this.#take(request);
      },
    });
  }

  /** @param port a free one when it is 0 */
  static async start(port = 0): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver(port);
    await receiver.#server.start();
    return receiver;
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get url(): string {
    const url = this.#server.httpUrl;
    if (url === null) throw new Error('the OTLP receiver does not listen');
    return url.origin;
  }

  /** The spans of a trace, once there are that many. */
  async trace(traceId: string, count: number): Promise<ReceivedSpan[]> {
    return await poll(`${count} spans of trace ${traceId}`, () => {
      const spans = this.spans.filter((span) => span.traceId === traceId);
      return spans.length >= count ? spans : undefined;
    });
  }

  /** What its server is sent goes to every receiver of the process, even after its end: it hears no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#open = false;
    await this.#server.close();
  }

  #take(request: unknown): void {
    const parsed = TraceRequest.safeParse(normalizeTrace(request));
    if (!parsed.success) {
      this.refused.push(parsed.error.message);
      return;
    }
    for (const { resource, scopeSpans } of parsed.data.resourceSpans)
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push({ ...span, resource: resource.attributes });
  }
}

/** A port on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
