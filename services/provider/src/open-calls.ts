// Which calls have begun and not ended, by the records of METER as they are read. Pure.
import { readLine, StartedRecord, type FinishedRecord } from '@router-mesh/contracts';

/** Most calls end before anybody looks at more of them than their id. */
interface OpenCall {
  /** Where its `started` stands. */
  readonly sequence: number;
  /** The record as it was read, or as it was when somebody first looked. */
  readonly record: string | StartedRecord;
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
    for (const record of text.split('\n')) {
      const read = readLine(record);
      if (read?.kind === 'started') this.#open.set(read.call, { sequence, record });
      else if (read?.kind === 'finished') this.#open.delete(read.call);
    }
  }

  /** The calls whose deadline lies before a moment, epoch ms. */
  due(before: number): StartedRecord[] {
    const due: StartedRecord[] = [];
    for (const [call, { sequence, record }] of this.#open) {
      const told = typeof record === 'string' ? parse(record) : record;
      if (told === undefined) {
        this.close(call); // what cannot be told cannot be stored, and would be open for ever
        continue;
      }
      if (told !== record) this.#open.set(call, { sequence, record: told });
      if (told.deadline < before) due.push(told);
    }
    return due;
  }

  /** The end of a call is stored. */
  close(call: string): void {
    this.#open.delete(call);
  }
}

function parse(line: string): StartedRecord | undefined {
  try {
    return StartedRecord.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
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
