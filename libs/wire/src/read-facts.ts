// Reading a stream of facts in its order, by an ordered consumer: nothing durable is left in the server.
import { RouterError, type StreamContract } from '@router-mesh/contracts';
import { DeliverPolicy, jetstream, type ConsumerMessages, type PushConsumer } from '@nats-io/jetstream';
import { createInbox, type NatsConnection } from '@nats-io/nats-core';
import { whileConnected } from './connection-state.ts';

export interface StoredFact {
  readonly sequence: number;
  readonly subject: string;
  readonly text: string;
  /** How many more stand in the stream behind it, as far as the server knew when it sent it. */
  readonly pending: number;
}

export interface ReadingSettings {
  readonly inboxPrefix: string;
  /** Only facts of these subjects, which the stream has among its own; all of its first ones when absent. */
  readonly filter?: string;
  /** Where to begin: a sequence, or a time (epoch ms) at which the facts were stored; the first that there is when absent. */
  readonly from?: { readonly sequence: number } | { readonly at: number };
  /** End behind the last fact that stood there at first, instead of waiting for more. */
  readonly toEnd?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Facts one after the other, until the signal aborts; slow readers slow the server down.
 * @throws RouterError `unavailable` when the connection goes down; Error when JetStream does not answer
 */
export async function* readFacts(
  nc: NatsConnection,
  stream: StreamContract,
  settings: ReadingSettings,
): AsyncGenerator<StoredFact> {
  const { toEnd = false, signal } = settings;
  const consumer = await openConsumer(nc, stream, settings);
  const { num_pending: standing } = await consumer.info(true);
  if (toEnd && standing === 0) return;
  const messages = await consumer.consume();
  const lost = endWith(messages, nc, signal);
  try {
    for await (const message of messages) {
      const { pending } = message.info;
      yield { sequence: message.seq, subject: message.subject, text: message.string(), pending };
      if (toEnd && pending === 0) break;
    }
  } finally {
    messages.stop();
  }
  if (lost()) throw disconnected();
}

function openConsumer(
  nc: NatsConnection,
  stream: StreamContract,
  { inboxPrefix, filter, from }: ReadingSettings,
): Promise<PushConsumer> {
  const { consumers } = jetstream(nc, { checkAPI: false });
  return whileConnected(nc, () =>
    consumers.getPushConsumer(stream.name, {
      filter_subjects: filter ?? stream.subjects[0] ?? '>',
      deliver_prefix: createInbox(inboxPrefix),
      ...startOf(from),
    }),
  );
}

function disconnected(): RouterError {
  return new RouterError('unavailable', 'the connection to NATS is down', { details: { reason: 'disconnected' } });
}

function startOf(from: ReadingSettings['from']): object {
  if (from === undefined) return { deliver_policy: DeliverPolicy.All };
  return 'at' in from
    ? { opt_start_time: new Date(from.at).toISOString() }
    : { opt_start_seq: Math.max(1, from.sequence) };
}

/** Stop reading when the signal aborts or the connection goes down; says whether it did. */
function endWith(messages: ConsumerMessages, nc: NatsConnection, signal: AbortSignal | undefined): () => boolean {
  let lost = false;
  signal?.addEventListener('abort', () => messages.stop(), { once: true });
  if (signal?.aborted) messages.stop();
  void whileConnected(nc, async () => void (await messages.closed())).catch(() => {
    lost = true;
    messages.stop();
  });
  return () => lost;
}
