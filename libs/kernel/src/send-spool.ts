// Storing what had to wait: in its order, in batches, and nothing that is refused for good holds up the rest.
import { FactRefused, storeFact, type NatsConnection } from '@router-mesh/wire';
import { countFacts, type Spool, type SpooledFact } from './spool.ts';

const batchSize = 100;
const timeoutMs = 2000;

export interface SendingListener {
  stored(facts: number): void;
  /** JetStream will never take this one; it is forgotten here. */
  refused(fact: SpooledFact, reason: FactRefused): void;
}

/** Resolves to whether the spool is empty. A fact that was stored already, but not known to be, is harmless by its message id while the stream remembers that. */
export async function sendSpool(nc: NatsConnection, spool: Spool, listener: SendingListener): Promise<boolean> {
  let behind = 0;
  for (;;) {
    const facts = spool.behind(behind, batchSize);
    const [last] = facts.slice(-1);
    if (last === undefined) return spool.records === 0;
    behind = last.id;
    const outcomes = await Promise.all(facts.map((fact) => send(nc, fact)));
    const stored = facts.filter((_, index) => outcomes[index] === 'stored');
    const refused = facts.filter((_, index) => outcomes[index] instanceof FactRefused);
    for (const [index, fact] of facts.entries()) {
      const outcome = outcomes[index];
      if (!(outcome instanceof FactRefused)) continue;
      const lines = fact.payload.split('\n');
      if (lines.length === 1) listener.refused(fact, outcome);
      else
        for (const [place, line] of lines.entries())
          spool.add({ ...fact, messageId: idInGroup(fact, place), payload: line });
    }
    spool.remove([...stored, ...refused]);
    if (stored.length > 0) listener.stored(stored.reduce((count, { payload }) => count + countFacts(payload), 0));
    if (stored.length + refused.length === 0) return false;
  }
}

/** A group that is refused for good is tried again fact by fact, so that one takes no other with it. The first has the group's id, which is its own. */
function idInGroup({ messageId }: SpooledFact, place: number): string | undefined {
  return messageId === undefined || place === 0 ? messageId : `${messageId}.${place}`;
}

async function send(
  nc: NatsConnection,
  { subject, payload, messageId }: SpooledFact,
): Promise<'stored' | 'later' | FactRefused> {
  try {
    await storeFact(nc, subject, payload, { timeoutMs, ...(messageId === undefined ? {} : { messageId }) });
    return 'stored';
  } catch (error) {
    return error instanceof FactRefused && error.final ? error : 'later';
  }
}
