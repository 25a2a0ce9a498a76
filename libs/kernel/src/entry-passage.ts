// A request at the entry: its headers are checked, and nothing about it has been decided yet.
import { parseRequestSubject, type Plan, type RouterError, type Verb } from '@router-mesh/contracts';
import { type AnswerWriter, type Msg, type MsgHdrs } from '@router-mesh/wire';
import { readEntryHeaders, type Asked } from './entry-headers.ts';
import type { Link } from './link.ts';
import { Passage } from './passage.ts';
import { nextStop } from './route.ts';
import type { StopTrace } from './tracing.ts';

/** A request at the entry: nothing about it has been decided yet. */
export class EntryPassage extends Passage {
  readonly verb: Verb;
  readonly tenant: string;
  readonly asked: Asked;
  readonly trace: StopTrace | undefined;
  readonly #reply: string;
  #framed: boolean;

  /**
   * @param reply a return address that was checked
   * @throws RouterError when subject or headers are not of their form
   */
  constructor(
    link: Link,
    stop: string,
    message: Pick<Msg, 'subject' | 'data'>,
    headers: MsgHdrs | undefined,
    reply: string,
  ) {
    super(link, stop, message.data);
    this.#reply = reply;
    const { verb, tenant } = parseRequestSubject(message.subject);
    this.verb = verb;
    this.tenant = tenant;
    this.asked = readEntryHeaders(headers);
    this.#framed = this.asked.frames;
    this.trace = link.tracer?.stop({ ...this.asked, stop, tenant, place: 'entry', leg: 0 });
  }

  get request(): string {
    return this.asked.request;
  }

  /** From here on the answer goes in frames, errors too: the body asked for a stream. */
  answerInFrames(): void {
    this.#framed = true;
  }

  /** Write the plan and hand the request to its first stop. @param deadline epoch ms */
  forward(plan: Plan, itinerary: readonly string[], deadline: number): void {
    const { traceparent, tracestate, attempt } = this.asked;
    this.send(
      nextStop({
        request: this.request,
        tenant: this.tenant,
        reply: this.#reply,
        deadline,
        attempt,
        frames: this.#framed,
        leg: 0,
        trail: this.extendTrail('', 'ok'),
        itinerary,
        plan,
        traceparent,
        tracestate,
      }),
    );
  }

  /** Answer without visiting any stop. @throws RouterError `too_large` when the server would not carry it */
  reply(body: unknown): void {
    this.#writer().reply(body);
    this.finish();
  }

  refuse(error: RouterError): void {
    this.finish(error.code);
    this.#writer().error(error);
  }

  #writer(): AnswerWriter {
    return this.writer({ reply: this.#reply, frames: this.#framed, leg: 0 });
  }
}
