// The second stop of the bare mesh: calls the model, stores one record, answers to the reply inbox. No failure is handled: it ends the process.
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node';
import { once } from 'node:events';
import { Pool, type Dispatcher } from 'undici';
import { connectBare, fixedAnswer, ready } from './connection.ts';

const nc = await connectBare();
await (await jetstreamManager(nc)).streams.add({ name: 'BARE', subjects: ['bare.meter'] });
const js = jetstream(nc);
const pool = new Pool(process.env['MODEL_URL'] ?? '', { connections: 256 });

for (const [verb, serve] of Object.entries({ chat, framed, stream, pass }))
  nc.subscribe(`bare.call.${verb}`, { queue: 'second', callback: (_error, message) => void serve(message) });
await ready(nc);

async function chat(message: Msg): Promise<void> {
  const { body } = await callModel(message);
  const answer = await body.bytes();
  await store();
  message.respond(answer);
}

/** A whole answer, in the one frame that it has. */
async function framed(message: Msg): Promise<void> {
  const { body } = await callModel(message);
  const answer = await body.bytes();
  await store();
  message.respond(answer, { headers: frame('end', 0) });
}

/** One read of the model's socket is one frame: an iterator would bring its chunks one by one. */
async function stream(message: Msg): Promise<void> {
  const { body } = await callModel(message);
  let n = 0;
  body.on('readable', () => {
    const read = (): Uint8Array | null => body.read() as Uint8Array | null;
    for (let bytes = read(); bytes !== null; bytes = read()) message.respond(bytes, { headers: frame('delta', n++) });
  });
  await once(body, 'end');
  await store();
  message.respond('{}', { headers: frame('end', n) });
}

/** No model, and nothing stored: what two stops cost by themselves. */
function pass(message: Msg): void {
  message.respond(fixedAnswer);
}

function callModel(message: Msg): Promise<Dispatcher.ResponseData> {
  return pool.request({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { 'content-type': 'application/json' },
    body: message.data,
  });
}

async function store(): Promise<void> {
  await js.publish('bare.meter', `{"at":${Date.now()},"input_tokens":256,"output_tokens":256}`);
}

function frame(kind: string, n: number): MsgHdrs {
  const encoded = headers();
  encoded.set('Frame', kind);
  encoded.set('Seq', String(n));
  return encoded;
}
