// How router.v2 is said over NATS. The only code that knows NATS.
export { AnswerReader, type AnswerEvent, type FailedBy } from './answer-reader.ts';
export { AnswerWriter, errorHeaders, type AnswerOptions } from './answer-writer.ts';
export { askAnybody } from './ask-anybody.ts';
export { Cancellations, type Running } from './cancellations.ts';
export {
  connectNats,
  missingFromServer,
  watchConnection,
  type ConnectionListener,
  type ConnectionSettings,
} from './connection.ts';
export { payloadLimit, publish, unsentPublishes, whileConnected } from './connection-state.ts';
export { Control, type ControlMessage, type ControlSubject } from './control.ts';
export { addToCounter, addToCounterSoon } from './counter.ts';
export { getDocument, putDocument, type StoredDocument } from './documents.ts';
export { getExpiring, putExpiring, removeExpiring } from './expiring.ts';
export { FactRefused, publishEvent, storeFact } from './facts.ts';
export { Forwarder } from './forwarder.ts';
export { headerBlock, headerLine } from './header-block.ts';
export { Lease, type LeaseSettings, type Tenure } from './lease.ts';
export { listen } from './listen.ts';
export { Mirror, type MirrorListener } from './mirror.ts';
export { decodeTravel, encodeTravel, type Travel } from './passage-headers.ts';
export { newUlid, randomToken } from './random.ts';
export { readBatch, type Batch } from './read-batch.ts';
export { readFacts, type ReadingSettings, type StoredFact } from './read-facts.ts';
export { readHeaders } from './read-headers.ts';
export { crossedAccount, isReturnAddress, isServiceInbox, type ReturnRules } from './return-address.ts';
export { call } from './rpc.ts';
export { SnapshotWatch, type BadDocument, type Snapshot, type SnapshotCopy } from './snapshot.ts';
export { isMissing, streamState, type StreamState } from './stream-state.ts';
export { ensureStores } from './streams.ts';
export { handedOver } from './transport.ts';
export { createInbox, headers } from '@nats-io/nats-core';
export type { Msg, MsgHdrs, NatsConnection, Subscription } from '@nats-io/nats-core';
