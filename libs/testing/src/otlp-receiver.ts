// An OTLP receiver in the test's own process: what OpenTelemetry's exporters send by HTTP as JSON, held to the protocol's mapping to JSON, field by field.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { poll } from './poll.ts';

/** Ids are hex in OTLP's JSON, unlike in that of protobuf; all zeros are none. */
const hex = (digits: number) => z.string().regex(new RegExp(`^(?!0+$)[0-9a-f]{${digits}}$`));
/** 64-bit numbers are decimal strings. */
const Nanoseconds = z
  .string()
  .regex(/^\d{1,20}$/)
  .transform(BigInt);
const Kind = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4), z.literal(5)]);

const Value = z.union([
  z.strictObject({ stringValue: z.string() }).transform((value) => value.stringValue),
  z.strictObject({ boolValue: z.boolean() }).transform((value) => value.boolValue),
  z
    .strictObject({ intValue: z.union([z.int(), z.string().regex(/^-?\d+$/)]) })
    .transform((value) => Number(value.intValue)),
  z.strictObject({ doubleValue: z.number() }).transform((value) => value.doubleValue),
  z
    .strictObject({ arrayValue: z.strictObject({ values: z.array(z.strictObject({ stringValue: z.string() })) }) })
    .transform((value) => value.arrayValue.values.map(({ stringValue }) => stringValue)),
]);
const Attributes = z
  .array(z.strictObject({ key: z.string().min(1), value: Value }))
  .optional()
  .transform((list = []) => Object.fromEntries(list.map(({ key, value }) => [key, value])));

const Span = z.strictObject({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: z.union([hex(16), z.literal('')]).optional(),
  traceState: z.string().optional(),
  name: z.string().min(1),
  kind: Kind,
  startTimeUnixNano: Nanoseconds,
  endTimeUnixNano: Nanoseconds,
  attributes: Attributes,
  events: z.array(z.unknown()).optional(),
  links: z.array(z.unknown()).optional(),
  droppedAttributesCount: z.int().optional(),
  droppedEventsCount: z.int().optional(),
  droppedLinksCount: z.int().optional(),
  status: z.strictObject({ code: z.literal([0, 1, 2]).optional(), message: z.string().optional() }),
  flags: z.int().optional(),
});

/** `opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest`. */
const TraceRequest = z.strictObject({
  resourceSpans: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes: Attributes, droppedAttributesCount: z.int().optional() }),
      scopeSpans: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string(), version: z.string().optional() }),
          spans: z.array(Span),
          schemaUrl: z.string().optional(),
        }),
      ),
      schemaUrl: z.string().optional(),
    }),
  ),
});

/** A span as it arrived. */
export interface ReceivedSpan extends Omit<z.output<typeof Span>, 'kind'> {
  readonly kind: 'INTERNAL' | 'SERVER' | 'CLIENT' | 'PRODUCER' | 'CONSUMER' | 'UNSPECIFIED';
  /** Of the process that sent it. */
  readonly resource: z.output<typeof Attributes>;
}

const kinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'] as const;

export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = [];
  /** The headers of each request. */
  readonly requests: Readonly<Record<string, string | string[] | undefined>>[] = [];
  /** What was no OTLP. */
  readonly refused: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param port a free one when it is 0 */
  static async start(port = 0): Promise<OtlpReceiver> {
    const receiver: OtlpReceiver = new OtlpReceiver(
      createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          receiver.requests.push(request.headers);
          receiver.#take(`${request.method} ${request.url}`, request.headers['content-type'], Buffer.concat(chunks));
          response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        });
      }),
    );
    await new Promise<void>((resolve) => receiver.#server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The spans of a trace, once there are that many. */
  async trace(traceId: string, count: number): Promise<ReceivedSpan[]> {
    return await poll(`${count} spans of trace ${traceId}`, () => {
      const spans = this.spans.filter((span) => span.traceId === traceId);
      return spans.length >= count ? spans : undefined;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close().closeAllConnections();
  }

  #take(to: string, type: string | undefined, body: Buffer): void {
    if (to !== 'POST /v1/traces' || type !== 'application/json') {
      this.refused.push(`${to} with ${type}`);
      return;
    }
    const parsed = TraceRequest.safeParse(JSON.parse(body.toString()));
    if (!parsed.success) {
      this.refused.push(parsed.error.message);
      return;
    }
    for (const { resource, scopeSpans } of parsed.data.resourceSpans)
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push({ ...span, kind: kinds[span.kind], resource: resource.attributes });
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
