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
  #framed = false;

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
    this.trace = link.tracer?.stop({ ...this.asked, stop, tenant, place: 'entry', leg: 0 });
    if (this.asked.frames) this.answerInFrames();
  }

  get request(): string {
    return this.asked.request;
  }

  /** From here on the answer goes in frames, errors too: the body asked for a stream. */
  answerInFrames(): void {
    if (this.#framed) return;
    this.#framed = true;
    this.link.beats.follow(this);
  }

  /** Without a place to answer: no model works for the reader yet, so nothing would be stopped if it were gone. */
  beat(): void {
    this.#writer().beat();
  }

  /**
   * Write the plan and hand the request to its first stop.
   * @param deadline epoch ms
   * @param body in the place of the one that came, where a policy changed it
   */
  forward(plan: Plan, itinerary: readonly string[], deadline: number, body = this.body): void {
    this.carried = body;
    const { traceparent, tracestate, attempt, credit } = this.asked;
    this.send(
      nextStop({
        request: this.request,
        tenant: this.tenant,
        reply: this.#reply,
        deadline,
        attempt,
        frames: this.#framed,
        credit,
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
