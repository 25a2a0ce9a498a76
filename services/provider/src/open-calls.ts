// Which calls have begun and not ended, by the records of METER as they are read. Pure.
import { StartedRecord, type FinishedRecord } from '@router-mesh/contracts';

interface OpenCall {
  /** Where its `started` stands. */
  readonly sequence: number;
  /** The record as it was read: it is parsed again only if the call has to be closed. */
  readonly line: string;
  /** Epoch ms. */
  readonly deadline: number;
}

export class OpenCalls {
  /** In the order of their sequences. */
  readonly #open = new Map<string, OpenCall>();
  #read: number;

  /** @param from the first sequence that will be read */
  constructor(from: number) {
    this.#read = from - 1;
  }

  /** The last sequence that was read. */
  get read(): number {
    return this.#read;
  }

  /**
   * Where reading has to begin to know of all calls that are open now.
   *
   * INVARIANT (nothing open is passed): no open call stands before it, and it never goes back.
   */
  get floor(): number {
    const [first] = this.#open.values();
    return first?.sequence ?? this.#read + 1;
  }

  /** Take a message of METER. What is no record is skipped: whoever reads must not be stopped by what somebody wrote. */
  take(sequence: number, text: string): void {
    this.#read = sequence;
    for (const line of text.split('\n')) {
      const { kind, call, deadline } = parse(line);
      if (typeof call !== 'string') continue;
      if (kind === 'started' && typeof deadline === 'number') this.#open.set(call, { sequence, line, deadline });
      else if (kind === 'finished') this.#open.delete(call);
    }
  }

  /** The calls whose deadline lies before a moment, epoch ms. */
  due(before: number): StartedRecord[] {
    return [...this.#open].flatMap(([call, { deadline, line }]) => {
      if (deadline >= before) return [];
      const parsed = StartedRecord.safeParse(parse(line));
      if (parsed.success) return [parsed.data];
      this.close(call); // what cannot be told cannot be stored, and would be open for ever
      return [];
    });
  }

  /** The end of a call is stored. */
  close(call: string): void {
    this.#open.delete(call);
  }
}

function parse(line: string): { readonly kind?: unknown; readonly call?: unknown; readonly deadline?: unknown } {
  try {
    return (JSON.parse(line) as object | null) ?? {};
  } catch {
    return {};
  }
}

/** The end that is stored for a call of which none is known: what it may have used, at most as far as the request said. */
export function sweptRecord(started: StartedRecord, now: number): FinishedRecord {
  const { input_tokens, output_tokens = 0 } = started.estimate;
  return {
    ...started,
    kind: 'finished',
    outcome: 'interrupted',
    usage: { input_tokens, output_tokens, estimated: true },
    error: 'unavailable',
    finished_at: now,
    trail: '',
    swept: true,
  };
}
