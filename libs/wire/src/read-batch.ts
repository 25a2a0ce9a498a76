// Reading a stream of facts now and then: what has come since, in one answer, with nothing left in the server that waits for us (ADR-31).
import { RouterError, type StreamContract } from '@router-mesh/contracts';
import { createInbox, type Msg, type NatsConnection } from '@nats-io/nats-core';
import { publish, whileConnected } from './connection-state.ts';
import { listen } from './listen.ts';
import { readHeaders } from './read-headers.ts';

/** What one answer brings. */
export interface Batch {
  /** In their order. */
  readonly facts: readonly { readonly sequence: number; readonly text: string }[];
  /** How many more stood behind them then. */
  readonly pending: number;
}

/** In one answer. */
const mostFacts = 500;
const mostBytes = 1024 * 1024;
/** How long JetStream may be silent, ms. */
const silenceMs = 5000;

/** Statuses of what ends a batch: its end, and that there is nothing. */
const [endOfBatch, nothing] = [204, 404];

/**
 * What stands in a stream from a sequence on, as far as one answer goes.
 *
 * Any server that has the stream answers. One that lags behind its leader tells less, and never anything else.
 * @throws RouterError `unavailable` when the connection goes down; Error when JetStream does not answer, or refuses
 */
export function readBatch(
  nc: NatsConnection,
  { name, subjects }: StreamContract,
  { from, inboxPrefix }: { readonly from: number; readonly inboxPrefix: string },
): Promise<Batch> {
  const asked = { seq: from, next_by_subj: subjects[0] ?? '>', batch: mostFacts, max_bytes: mostBytes };
  return whileConnected(nc, () =>
    ask(nc, `$JS.API.DIRECT.GET.${name}`, JSON.stringify(asked), createInbox(inboxPrefix)),
  );
}

function ask(nc: NatsConnection, subject: string, question: string, reply: string): Promise<Batch> {
  const { promise, resolve, reject } = Promise.withResolvers<Batch>();
  const facts: Batch['facts'][number][] = [];
  const late = setTimeout(
    () => reject(new RouterError('unavailable', `no answer to "${subject}" in ${silenceMs} ms`)),
    silenceMs,
  );
  const take = (message: Msg): void => {
    late.refresh();
    const headers = readHeaders(message);
    const status = headers?.code ?? 0;
    if (status === nothing) resolve({ facts, pending: 0 });
    else if (status === endOfBatch) resolve({ facts, pending: Number(headers?.get('Nats-Num-Pending')) });
    else if (status === 0) facts.push({ sequence: Number(headers?.get('Nats-Sequence')), text: message.string() });
    else reject(new Error(`"${subject}" was refused: ${status} ${headers?.description ?? ''}`));
  };
  const subscription = listen(nc, reply, take, { failed: reject });
  publish(nc, subject, question, { reply });
  return promise.finally(() => {
    clearTimeout(late);
    subscription.unsubscribe();
  });
}
