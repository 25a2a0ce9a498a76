// Bare request/reply: answers every request with the same few bytes.
import { connectBare, fixedAnswer, ready } from './connection.ts';

const nc = await connectBare();
nc.subscribe('bare.answer', { queue: 'responder', callback: (_error, message) => void message.respond(fixedAnswer) });
await ready(nc);
