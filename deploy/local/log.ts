// The one log of `router up`: what each process says behind its name, readable or as JSON, and what `up` itself says.
import { join } from 'node:path';
import { styleText } from 'node:util';
import { levels, readEntry, showFields, type Entry } from './entry.ts';
import { LogFile } from './log-file.ts';

export interface LogSettings {
  readonly json: boolean;
  /** The least level that is shown. */
  readonly level: number;
  /** The folder with a file for each process. */
  readonly folder: string;
  /** The longest name. */
  readonly width: number;
}

const colors = ['cyan', 'magenta', 'green', 'blue'] as const;

/** Writes to stdout; colours only where it is a terminal. */
export class Log {
  readonly #settings: LogSettings;
  readonly #files = new Map<string, LogFile>();
  /** A line of progress is being written. */
  #unfinished = false;
  /** While the mesh starts or stops, its progress says what goes well, and whoever gives up says why. */
  #quiet = true;

  constructor(settings: LogSettings) {
    this.#settings = settings;
  }

  /** A line that a process wrote. */
  line(name: string, line: string, onStderr: boolean): void {
    this.#file(name).write(line);
    const entry = readEntry(line, onStderr);
    if (entry.level < this.#settings.level) return;
    if (this.#settings.json)
      return this.#json({ ...entry.object, ...(entry.object === undefined ? plain(entry) : {}), service: name });
    if (this.#quiet && (entry.level <= levels.info || entry.level >= levels.fatal)) return;
    if (entry.level <= levels.info && name === 'nats-server') return; // its own start, line by line
    this.#write(
      `${this.#prefix(name)} ${entry.labelled ? mark(entry.level) : ''}${entry.message} ${styled('dim', showFields(entry.fields))}`.trimEnd(),
    );
  }

  /** Something that `up` itself says. */
  note(message: string, level: number = levels.info, fields: Readonly<Record<string, unknown>> = {}): void {
    if (this.#settings.json) return this.#json({ ...plain({ level, message }), service: 'up', ...fields });
    this.#write(`${this.#prefix('up')} ${mark(level)}${message}`);
  }

  /** A step of what is under way: for a reader all steps stand in one line. */
  step(name: string, event: string): void {
    if (this.#settings.json) return this.note(`${name} ${event}`);
    this.#quiet = true;
    process.stdout.write(`${name} … `);
    this.#unfinished = true;
  }

  /** The last word of that line. */
  lastStep(end: string): void {
    this.#quiet = false;
    if (this.#settings.json) return this.note(end);
    process.stdout.write(`${end}\n`);
    this.#unfinished = false;
  }

  /** Text for a reader, or what it says for a program. */
  show(text: string, message: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#settings.json) this.note(message, levels.info, fields);
    else this.#write(text);
  }

  /** End a line that is not to be finished. */
  interrupt(): void {
    if (this.#unfinished) process.stdout.write('\n');
    this.#unfinished = false;
  }

  #file(name: string): LogFile {
    const file = this.#files.get(name) ?? new LogFile(join(this.#settings.folder, `${name}.log`));
    this.#files.set(name, file);
    return file;
  }

  #prefix(name: string): string {
    const color = colors[[...name].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % colors.length] ?? 'cyan';
    return `${styled('dim', new Date().toTimeString().slice(0, 8))} ${styled(color, name.padEnd(this.#settings.width))}`;
  }

  #json(object: Readonly<Record<string, unknown>>): void {
    process.stdout.write(`${JSON.stringify(object)}\n`);
  }

  #write(line: string): void {
    this.interrupt();
    process.stdout.write(`${line}\n`);
  }
}

/** As pino would have written it. */
function plain({ level, message }: Pick<Entry, 'level' | 'message'>): Record<string, unknown> {
  return { level, time: Date.now(), msg: message };
}

function mark(level: number): string {
  if (level >= levels.error) return `${styled('red', level >= levels.fatal ? 'FATAL' : 'ERROR')} `;
  if (level >= levels.warn) return `${styled('yellow', 'WARN')} `;
  return level < levels.info ? `${styled('dim', 'DEBUG')} ` : '';
}

function styled(style: 'dim' | 'red' | 'yellow' | (typeof colors)[number], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}
