// SIGTERM under load, with a second replica running, loses nothing.
import { connect, type Client } from '@router-mesh/client';
import { expect, test } from 'vitest';
import { isComplete, PlainClient, readLedger, startMesh, until } from '../index.ts';

const inFlight = 200;
/** Answers take a while, so that 200 are under way at any moment. */
const slowly = { demo: { first_delay_ms: 50, delay_ms: 10 } };

/** Whether a question was answered in full. */
type Ask = (content: string) => Promise<boolean>;

/** The four ways of asking; streams are a third of the load. */
function waysOfAsking(plain: PlainClient, sdk: Client): readonly Ask[] {
  const plainUnary: Ask = async (content) =>
    (await plain.chat(content, slowly)).body.choices?.[0]?.message.content === content;
  const sdkUnary: Ask = async (content) => (await sdk.chat(request(content))).choices[0]?.message.content === content;
  const plainStream: Ask = async (content) => isComplete(await plain.stream(content, slowly));
  const sdkStream: Ask = async (content) => {
    let text = '';
    for await (const chunk of sdk.stream(request(content))) text += chunk.choices[0]?.delta.content ?? '';
    return text === content;
  };
  return [plainUnary, plainUnary, plainStream, sdkUnary, sdkUnary, sdkStream];
}

function request(content: string) {
  return { model: 'demo/echo', messages: [{ role: 'user' as const, content }], ...slowly };
}

test.each(['policy', 'provider'] as const)('SIGTERM to a %s under 200 requests in flight loses none', async (kind) => {
  await using mesh = await startMesh({ policies: 2, providers: 2 });
  await using plain = await PlainClient.connect(mesh.nats.url);
  await using sdk = await connect({ servers: mesh.nats.url, tenant: 'demo' });
  const ways = waysOfAsking(plain, sdk);
  let running = true;
  let sent = 0;
  let complete = 0;
  const failures: unknown[] = [];
  const worker = async (index: number): Promise<void> => {
    while (running) {
      sent += 1;
      const content = `${index} ${sent}`;
      const answered = await ways[index % ways.length]?.(content).catch((error: unknown) => failures.push(error) < 0);
      if (answered === true) complete += 1;
      else failures.push(content);
    }
  };
  const workers = Array.from({ length: inFlight }, (_, index) => worker(index));
  await until('load', () => complete > inFlight);
  const stopped = mesh.of(kind)[0];
  expect(await stopped?.stop('SIGTERM')).toBe(0);
  const after = complete;
  await until('more load', () => complete > after + inFlight);
  running = false;
  await Promise.all(workers);

  expect(failures).toEqual([]);
  expect(complete).toBe(sent);
  // What was slow for longer than a second was asked again by the SDK: one call of each request is answered, and another one gave way.
  const { ended } = await readLedger(mesh.nats, sent);
  expect(new Set(ended.map(({ request }) => request)).size).toBe(sent);
  expect(ended.filter(({ outcome }) => outcome === 'answered')).toHaveLength(sent);
  expect(ended.filter(({ outcome }) => outcome !== 'answered' && outcome !== 'superseded')).toEqual([]);
  expect(stopped?.lines.some((line) => line.includes('"msg":"stopped"'))).toBe(true);
  expect(mesh.troubles()).toEqual([]);
});
