// What tests share: real servers and real processes. Only tests import it.
export { answeredTwice, auditOf, auditSince, unaccounted, unfinished, unknownTo, type Audit } from './load/audit.ts';
export { Load, type Ended, type LoadOptions } from './load/load.ts';
export { ways, type Ending, type Told, type Way } from './load/ways.ts';
export { Bundles, type Bundled } from './bundles.ts';
export { rssBytes } from './memory.ts';
export { readLedger, type Ledger } from './meter.ts';
export {
  demoDocument,
  DemoProcess,
  Mesh,
  ServiceProcess,
  startMesh,
  type ClusterMeshOptions,
  type DemoStats,
  type MeshOptions,
  type Servers,
} from './mesh.ts';
export { natsCluster, NatsCluster, type NatsClusterOptions } from './nats-cluster.ts';
export { natsServer, NatsServer, type Nats, type NatsServerOptions } from './nats-server.ts';
export { freePort, OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts';
export { isComplete, PlainClient, textOf, type Answer, type AnswerBody, type Frame } from './plain-client.ts';
export { poll, until } from './poll.ts';
export { TestProcess } from './process.ts';
export { Publisher } from './publisher.ts';
export { RawConnection, type RawBytes } from './raw-connection.ts';
export { publishRaw, type RawMessage } from './raw-publish.ts';
export { readStream, type ReadStream } from './read-stream.ts';
export {
  answer,
  chunk,
  completion,
  cut,
  done,
  event,
  hang,
  scriptedUpstream,
  ScriptedUpstream,
  stream,
  usageChunk,
  type Received,
  type Script,
} from './scripted-upstream.ts';
export { tcpProxy, TcpProxy } from './tcp-proxy.ts';
export { EndlessModel, pieceNumber } from './endless-model.ts';
export { ScriptedReader, type ReaderFrame, type Reading } from './scripted-reader.ts';
export { aPlan, aTravel } from './travel.ts';
export { metricOf } from './metrics.ts';
