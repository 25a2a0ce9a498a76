// The first stop of the bare mesh: hands every request on, as it came.
import { connectBare, ready } from './connection.ts';

const nc = await connectBare();
for (const verb of ['chat', 'framed', 'stream', 'pass']) {
  nc.subscribe(`bare.request.${verb}`, {
    queue: 'first',
    callback: (_error, message) => nc.publish(`bare.call.${verb}`, message.data, { reply: message.reply ?? '' }),
  });
}
await ready(nc);
