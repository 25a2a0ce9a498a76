// SIGTERM under load, with a second replica running, loses nothing.
import { expect, test } from 'vitest';
import { isComplete, PlainClient, readLedger, startMesh, until } from '../index.ts';

const inFlight = 200;

test.each(['policy', 'provider'] as const)('SIGTERM to a %s under 200 requests in flight loses none', async (kind) => {
  await using mesh = await startMesh({ policies: 2, providers: 2 });
  await using client = await PlainClient.connect(mesh.nats.url);
  let running = true;
  let sent = 0;
  let complete = 0;
  const failures: unknown[] = [];
  const worker = async (index: number): Promise<void> => {
    while (running) {
      sent += 1;
      const content = `${index} ${sent}`;
      // Answers take a while, so that 200 are under way at any moment.
      const told = { demo: { first_delay_ms: 50, delay_ms: 10 } };
      if (index % 3 === 0) {
        const frames = await client.stream(content, told);
        if (isComplete(frames)) complete += 1;
        else failures.push(frames);
      } else {
        const { body } = await client.chat(content, told);
        if (body.choices?.[0]?.message.content === content) complete += 1;
        else failures.push(body);
      }
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
  expect((await readLedger(mesh.nats, sent)).finished.length).toBe(sent);
  expect(stopped?.lines.some((line) => line.includes('"msg":"stopped"'))).toBe(true);
  expect(mesh.troubles()).toEqual([]);
});
