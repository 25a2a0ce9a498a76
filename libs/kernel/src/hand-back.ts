// What a request is handed back with by a stop over its cap: what it came with, and the mark that it was.
import { entryHeaders, header, parseRequestSubject, stopName, Verb, type EntryContract } from '@router-mesh/contracts';
import { headers, type MsgHdrs } from '@router-mesh/wire';

/** Where a request is handed back to, and with which headers. */
export interface HandBack {
  /** The stop at whose stage it is published. */
  readonly stop: string;
  readonly headers: MsgHdrs;
}

/** Whatever services say to each other in headers. `Nats-` headers are for the server, which would act on them. */
const stageHeaders = Object.values(header).filter((name) => !name.startsWith('Nats-'));

/** The headers of a request at a stage: as a service sent them. */
export function stageHandBack(came: MsgHdrs | undefined): MsgHdrs {
  return marked(came, stageHeaders);
}

/**
 * A request at the entry: with what its client may say there, the tenant from its subject, and its return address.
 *
 * `Router-Timeout` goes on as it is: handing back is the first thing done with a request, so nothing of its time was spent.
 * @param reply a return address that was checked
 * @throws RouterError when its subject is not of its form
 */
export function entryHandBack(
  { handedBack }: EntryContract,
  subject: string,
  reply: string,
  came: MsgHdrs | undefined,
): HandBack {
  const { verb, tenant } = parseRequestSubject(subject);
  const encoded = marked(came, entryHeaders);
  encoded.set(header.tenant, tenant);
  encoded.set(header.reply, reply);
  return { stop: stopName(handedBack, verb), headers: encoded };
}

/** The verb of a request that was handed back to a stage `….*`; undefined when the subject is not of it. */
export function readStageVerb(stage: string, subject: string): Verb | undefined {
  const family = stage.slice(0, -1);
  return subject.startsWith(family) ? Verb.safeParse(subject.slice(family.length)).data : undefined;
}

function marked(came: MsgHdrs | undefined, names: readonly string[]): MsgHdrs {
  const encoded = headers();
  for (const name of names) {
    const value = came?.get(name);
    if (value) encoded.set(name, value);
  }
  encoded.set(header.hop, '1');
  return encoded;
}
