// Bare request/reply: answers every request with the same few bytes, about as many as a decision of policy has.
import { connectBare, ready } from './connection.ts';

const nc = await connectBare();
const answer = JSON.stringify({ bare: 'x'.repeat(400) });
nc.subscribe('bare.answer', { queue: 'responder', callback: (_error, message) => void message.respond(answer) });
await ready(nc);
