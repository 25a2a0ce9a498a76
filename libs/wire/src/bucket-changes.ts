// What stands in a bucket and what changes in it, in order and without a gap, for as long as the server behind it lives.
import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  type ConsumerMessages,
  type JsMsg,
} from '@nats-io/jetstream';
import { createInbox, nanos, type NatsConnection } from '@nats-io/nats-core';
import { whileConnected } from './connection-state.ts';
import { randomToken } from './random.ts';

/**
 * How often a server says that there is nothing new, ms; two in a row that are missed end the reading.
 *
 * The client library's ordered consumers take 30 s for it and cannot be told otherwise: in a cluster, where the node that serves a watch may die
 * while our own connection stays, a snapshot was 90 s old before anything was noticed.
 */
const heartbeatMs = 2000;

/** How long the server keeps a consumer that nobody listens to, ms. */
const forgottenAfterMs = 30_000;

/** The messages of a bucket: first the last one of each key, then every change. */
export interface BucketChanges {
  /** How many messages of what stands in the bucket are still to come. */
  readonly standing: number;
  /** Ends when a message is missing, when the server is not heard any more, and when it is stopped: read anew then. */
  readonly messages: AsyncIterable<JsMsg>;
  stop(): void;
}

/** @throws Error when there is no such bucket, when no server answers, and when the connection goes down */
export async function readBucket(nc: NatsConnection, bucket: string, inboxPrefix: string): Promise<BucketChanges> {
  const deliver_subject = createInbox(inboxPrefix);
  const manager = await jetstreamManager(nc, { checkAPI: false });
  const { num_pending: standing } = await whileConnected(nc, () =>
    manager.consumers.add(`KV_${bucket}`, {
      name: randomToken(),
      filter_subject: `$KV.${bucket}.>`,
      deliver_subject,
      deliver_policy: DeliverPolicy.LastPerSubject,
      ack_policy: AckPolicy.None,
      max_deliver: 1,
      flow_control: true,
      idle_heartbeat: nanos(heartbeatMs),
      inactive_threshold: nanos(forgottenAfterMs),
      num_replicas: 1,
      mem_storage: true,
    }),
  );
  const { consumers } = jetstream(nc, { checkAPI: false });
  const consumer = await consumers.getBoundPushConsumer({ deliver_subject, idle_heartbeat: nanos(heartbeatMs) });
  const messages = await consumer.consume();
  void stopWhenUnheard(messages);
  return { standing, messages: inOrder(messages), stop: () => messages.stop() };
}

async function stopWhenUnheard(messages: ConsumerMessages): Promise<void> {
  for await (const { type } of messages.status()) if (type === 'heartbeats_missed') messages.stop();
}

/** INVARIANT (no gap): the messages of a consumer are numbered from 1; where one is missing the reading ends. */
async function* inOrder(messages: ConsumerMessages): AsyncGenerator<JsMsg> {
  let next = 1;
  for await (const message of messages) {
    if (message.info.deliverySequence !== next) break;
    next += 1;
    yield message;
  }
}
