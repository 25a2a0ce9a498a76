// What METER holds, read from outside.
import {
  decodeRecords,
  Ledger as Calls,
  type FinishedRecord,
  type MeterRecord,
  type StartedRecord,
} from '@router-mesh/contracts';
import { connect, type NatsConnection } from 'nats';
import type { Nats } from './nats-server.ts';
import { until } from './poll.ts';

/** How many messages are fetched at once: a soak leaves more than come within the time of one fetch. */
const atOnce = 10_000;

/** The records of METER, in the order of the stream; and put together, what is known of each call. */
export interface Ledger {
  readonly started: readonly StartedRecord[];
  readonly finished: readonly FinishedRecord[];
  readonly all: readonly MeterRecord[];
  /** One end a call. */
  readonly ended: readonly FinishedRecord[];
  /** Calls without an end. */
  readonly open: readonly StartedRecord[];
}

/** Read all of METER once it holds that many finished records. */
export async function readLedger(nats: Pick<Nats, 'urls'>, finishedCalls: number): Promise<Ledger> {
  const nc = await connect({ servers: [...nats.urls], user: 'root', pass: 'root' });
  try {
    let ledger = await readAll(nc);
    await until(`${finishedCalls} finished records`, async () => {
      if (ledger.finished.length < finishedCalls) ledger = await readAll(nc);
      return ledger.finished.length >= finishedCalls;
    });
    return ledger;
  } finally {
    await nc.close();
  }
}

async function readAll(nc: NatsConnection): Promise<Ledger> {
  const stream = await nc.jetstream().streams.get('ROUTER_V2_METER');
  const { state } = await stream.info();
  const all: MeterRecord[] = [];
  if (state.messages > 0) {
    const consumer = await stream.getConsumer();
    for (let left = state.messages; left > 0;) {
      const messages = await consumer.fetch({ max_messages: Math.min(left, atOnce), expires: 10_000 });
      for await (const message of messages) {
        all.push(...decodeRecords(message.string()));
        left -= 1;
      }
    }
  }
  const calls = new Calls<StartedRecord, FinishedRecord>();
  for (const record of all) {
    if (record.kind === 'started') calls.started(record);
    else calls.finished(record);
  }
  return {
    all,
    ended: calls.ended,
    open: calls.open,
    started: all.filter((record) => record.kind === 'started'),
    finished: all.filter((record) => record.kind === 'finished'),
  };
}
