// Elastic's mock of an OTLP server, typed as far as we use it: the package ships no types.
import { createRequire } from 'node:module';

export interface MockOtlpServerOptions {
  readonly services: readonly ('http' | 'grpc' | 'ui')[];
  readonly httpHostname: string;
  /** A free one when it is 0. */
  readonly httpPort: number;
  readonly logLevel: 'warn' | 'error';
  /** Called with each decoded `ExportTraceServiceRequest` that any such server of this process is sent. */
  readonly onTrace: (request: unknown) => void;
  /** Called for each request that any such server of this process is sent, before its body has come. */
  readonly onRequest: (request: MockOtlpRequest) => void;
}

export interface MockOtlpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface MockOtlpServer {
  /** Where it listens, once it does. */
  readonly httpUrl: URL | null;
  start(): Promise<void>;
  /** Resolves when the last connection is gone. */
  close(): Promise<void>;
}

interface Package {
  readonly MockOtlpServer: new (options: MockOtlpServerOptions) => MockOtlpServer;
  normalizeTrace(request: unknown): unknown;
}

const elastic = createRequire(import.meta.url)('@elastic/mockotlpserver') as Package;

export function newMockOtlpServer(options: MockOtlpServerOptions): MockOtlpServer {
  return new elastic.MockOtlpServer(options);
}

/** The request as plain JSON: ids in hex, times as decimal strings, enums by name, attributes as an object. */
export function normalizeTrace(request: unknown): unknown {
  return elastic.normalizeTrace(request);
}
