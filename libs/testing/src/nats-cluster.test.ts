import { provider } from '@router-mesh/contracts';
import { call } from '@router-mesh/wire';
import { expect, test } from 'vitest';
import { natsCluster, PlainClient, startMesh } from './index.ts';

test('a cluster has one JetStream with replicas on every node, and another leader when the first is killed', async () => {
  await using nats = await natsCluster();
  const nc = await nats.connect('root');
  const made = { name: 'FACTS', subjects: ['facts'], num_replicas: 3 };
  await nc.request('$JS.API.STREAM.CREATE.FACTS', JSON.stringify(made), { timeout: 5000 });
  expect(await nats.streams()).toEqual(['FACTS']);
  const first = await nats.leaderOf('FACTS');
  await nats.kill(first);
  const second = await nats.leaderOf('FACTS');
  expect(second).not.toBe(first);
  await nats.restart(first);
  expect(nats.nodes.every(({ running }) => running)).toBe(true);
  await nc.close();
});

test('clients of one node are heard on every other one, and who gives no credentials is a client as anywhere', async () => {
  await using nats = await natsCluster();
  const [near, far] = await Promise.all(nats.nodes.map(({ url }) => PlainClient.connect(url)));
  const refused = near?.nc.request('$JS.API.STREAM.NAMES');
  await expect(refused).rejects.toThrow(/permissions violation/i);
  const inbox = '_INBOX.test.1';
  const heard = new Promise((resolve) =>
    far?.nc.subscribe(inbox, { callback: (_, message) => resolve(message.string()) }),
  );
  await far?.nc.flush();
  const root = await nats.connect('root');
  root.publish(inbox, 'hello');
  expect(await heard).toBe('hello');
  await Promise.all([near?.nc.close(), far?.nc.close(), root.close()]);
});

test('a mesh on a cluster answers, and keeps everything on three nodes', async () => {
  await using mesh = await startMesh({ cluster: 3 });
  await using client = await PlainClient.connect(mesh.nats.urls);
  expect((await client.chat('hello')).body.choices?.[0]?.message.content).toBe('hello');
  const root = await mesh.nats.connect('root');
  for (const stream of await mesh.nats.streams()) {
    const info = (await root.request(`$JS.API.STREAM.INFO.${stream}`)).json<{ config: { num_replicas: number } }>();
    expect(info.config.num_replicas, stream).toBe(3);
  }
  await root.close();
  const operator = await mesh.nats.connect('operator');
  expect((await call(operator, provider.list, 'platform', {})).providers.map(({ vendor }) => vendor)).toEqual(['demo']);
  await operator.close();
  expect(mesh.troubles()).toEqual([]);
});
