import { expect, test } from 'vitest';
import { DemoProcess, natsServer, startMesh, TestProcess, until } from './index.ts';

const ticking = `setInterval(() => console.log(Date.now()), 10); process.on('SIGTERM', () => process.exit(7));`;

test('a paused process says nothing until it is resumed', async () => {
  await using child = new TestProcess(process.execPath, ['-e', ticking], {});
  await until('ticks', () => child.lines.length > 3);
  child.pause();
  let heard = 0;
  await until('silence', () => {
    const before = heard;
    heard = child.lines.length;
    return heard === before; // what was under way has come
  });
  child.resume();
  await until('more ticks', () => child.lines.length > heard + 3);
});

test('a paused process is stopped by SIGTERM as by SIGKILL', async () => {
  await using deaf = new TestProcess(process.execPath, ['-e', ticking], {});
  await until('ticks', () => deaf.lines.length > 3);
  deaf.pause();
  expect(await deaf.stop()).toBe(7);
  await using killed = new TestProcess(process.execPath, ['-e', ticking], {});
  killed.pause();
  await killed.kill();
  expect([await killed.exited, killed.running, killed.rssBytes()]).toEqual(['SIGKILL', false, undefined]);
});

test('its memory is told while it runs', async () => {
  await using demo = await DemoProcess.start();
  expect(demo.rssBytes()).toBeGreaterThan(20_000_000);
  await demo.stop();
  expect(demo.rssBytes()).toBeUndefined();
});

test('a service that is replaced serves again with the same environment, as another process', async () => {
  await using mesh = await startMesh();
  const [provider] = mesh.of('provider');
  if (provider === undefined) throw new Error('there is one');
  const fresh = await mesh.replace(provider);
  expect([provider.running, fresh.running, fresh.pid === provider.pid]).toEqual([false, true, false]);
  expect(mesh.of('provider')).toEqual([fresh]);
  expect((await fetch(`${fresh.http}/readyz`)).status).toBe(200);
});

test('a nats-server that was killed starts again on its port with what it had stored', async () => {
  await using nats = await natsServer();
  const nc = await nats.connect('root');
  await nc.request('$JS.API.STREAM.CREATE.KEPT', JSON.stringify({ name: 'KEPT', subjects: ['kept'] }));
  await nc.close();
  const { pid } = nats;
  await nats.restart('SIGKILL');
  expect(nats.pid).not.toBe(pid);
  const again = await nats.connect('root');
  const info = (await again.request('$JS.API.STREAM.INFO.KEPT')).json<{ error?: object }>();
  expect(info.error).toBeUndefined();
  await again.close();
});
