// A line of a child's output, whatever it speaks: pino's JSON, nats-server's log or plain text. Pure.

export interface Entry {
  /** As pino counts: 30 info, 40 warn, 50 error, 60 fatal. */
  readonly level: number;
  /** Whether the line says its level itself. */
  readonly labelled: boolean;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The JSON object that the line is, if it is one. */
  readonly object?: Readonly<Record<string, unknown>>;
}

export const levels = { debug: 20, info: 30, warn: 40, error: 50, fatal: 60 } as const;

const natsLevels: Readonly<Record<string, number>> = { WRN: levels.warn, ERR: levels.error, FTL: levels.fatal };

/** The server says so at every start of a mesh whose passwords are in a file; here that file is ours and 0600. */
const expectedOfNats = 'Plaintext passwords detected';

/** Fields that are the same on every line of a process. */
const repeated = new Set(['time', 'level', 'msg', 'service', 'instance']);

/** Read a line. What is on stderr and says no level is a warning. */
export function readEntry(line: string, onStderr: boolean): Entry {
  const object = readObject(line);
  if (object !== undefined) {
    const { level = levels.info, msg = '' } = object;
    const fields = Object.fromEntries(Object.entries(object).filter(([key]) => !repeated.has(key)));
    return { level: Number(level), labelled: true, message: String(msg), fields, object };
  }
  // Matches nats-server's `[pid] date time [LVL] text`.
  const nats = /^\[\d+\] \S+ \S+ \[([A-Z]{3})\] (.*)$/.exec(line);
  if (nats === null) return { level: onStderr ? levels.warn : levels.info, labelled: false, message: line, fields: {} };
  const [, code = '', text = ''] = nats;
  const level = text.startsWith(expectedOfNats) ? levels.info : (natsLevels[code] ?? levels.info);
  return { level, labelled: true, message: text, fields: {} };
}

/** The service that wrote a line; undefined where the line does not say. */
export function serviceOf(line: string): string | undefined {
  const service = readObject(line)?.['service'];
  return typeof service === 'string' ? service : undefined;
}

/** `key=value key=value`, short: of an error its message, of a text with blanks its JSON. */
export function showFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${show(value)}`)
    .join(' ');
}

function show(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'message' in value) return JSON.stringify(value.message);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(',') || 'none';
  return typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value);
}

function readObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
