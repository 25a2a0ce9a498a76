import { until } from '@router-mesh/testing';
import { expect, test } from 'vitest';
import type { ServerResponse } from 'node:http';
import { Pool } from 'undici';
import { Exchange } from './exchange.ts';
import { cut, hang, listening, scriptedUpstream, stream } from './testing.ts';

const mega = 1024 * 1024;

async function exchanged(url: string, signal = new AbortController().signal): Promise<Exchange> {
  const exchange = new Exchange(signal);
  new Pool(new URL(url).origin).dispatch({ method: 'POST', path: '/', body: '{}' }, exchange);
  await exchange.head;
  return exchange;
}

async function textOf(exchange: Exchange): Promise<string> {
  const pieces: Buffer[] = [];
  for (let piece = await exchange.read(); piece !== undefined; piece = await exchange.read()) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

test('a model whose answer nobody reads is not read beyond what the sockets hold, and loses nothing', async () => {
  const total = 64 * mega;
  let sent = 0;
  const pieceOf = (from: number): Buffer => Buffer.alloc(mega, 97 + ((from / mega) % 26));
  const pump = (response: ServerResponse): void => {
    while (sent < total) {
      const taken = response.write(pieceOf(sent));
      sent += mega;
      if (!taken) return void response.once('drain', () => pump(response));
    }
    response.end();
  };
  await using server = await scriptedUpstream((response) => pump(response));
  const exchange = await exchanged(server.url);
  let [seen, same] = [0, 0];
  await until('the model to stand still', () => {
    same = seen === sent ? same + 1 : 0;
    seen = sent;
    return same > 20;
  });
  expect(sent).toBeLessThan(total / 2);
  let read = 0;
  for (let piece = await exchange.read(); piece !== undefined; piece = await exchange.read()) {
    for (const at of [0, piece.length - 1]) expect(piece[at]).toBe(97 + (Math.floor((read + at) / mega) % 26));
    read += piece.length;
  }
  expect(read).toBe(total);
});

test('what came in one read of the socket is read as one', async () => {
  await using server = await listening((socket) =>
    socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n'),
  );
  const exchange = await exchanged(`http://${server.host}`);
  expect([String(await exchange.read()), await exchange.read()]).toEqual(['abcd', undefined]);
});

test('what came before a connection broke is read before that is told', async () => {
  await using server = await scriptedUpstream(stream('abc', cut));
  const exchange = await exchanged(server.url);
  expect(String(await exchange.read())).toBe('abc');
  await expect((async () => await exchange.read())()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
});

test('the head is that of the answer, and not of what is said before it', async () => {
  await using server = await listening((socket) =>
    socket.write('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 429 No\r\ncontent-length: 2\r\n\r\nno'),
  );
  const exchange = await exchanged(`http://${server.host}`);
  expect((await exchange.head).status).toBe(429);
  expect(await textOf(exchange)).toBe('no');
});

test('an answer that is shorter than it said is none', async () => {
  await using server = await listening((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{"a":1}'));
  await expect(textOf(await exchanged(`http://${server.host}`))).rejects.toMatchObject({
    code: expect.stringMatching(/^UND_ERR/) as string,
  });
});

test('one that is left is heard to its end for a while, and closed then', async () => {
  await using server = await scriptedUpstream(stream('abc', hang));
  const exchange = await exchanged(server.url);
  const begunAt = performance.now();
  exchange.leave();
  await until('the connection to close', () => server.left === 1);
  expect(performance.now() - begunAt).toBeGreaterThan(200);
});

test('its signal ends it at once: before there is a connection, and while somebody reads', async () => {
  const reason = new Error('the reason');
  await using mute = await listening(() => undefined); // it never answers the greeting of TLS
  const abort = new AbortController();
  const unconnected = exchanged(`https://${mute.host}`, abort.signal);
  abort.abort(reason);
  await expect(unconnected).rejects.toBe(reason);

  await using server = await scriptedUpstream(stream('abc', hang));
  const later = new AbortController();
  const reading = textOf(await exchanged(server.url, later.signal));
  later.abort(reason);
  await expect(reading).rejects.toBe(reason);
  await until('the connection to close', () => server.left === 1);
});

test('one that was closed has no more to say, to those who wait neither', async () => {
  await using server = await scriptedUpstream(stream('abc', hang));
  const exchange = await exchanged(server.url);
  await exchange.read();
  const waiting = exchange.read();
  exchange.close();
  expect([await waiting, await exchange.read()]).toEqual([undefined, undefined]);
  await until('the connection to close', () => server.left === 1);
});
