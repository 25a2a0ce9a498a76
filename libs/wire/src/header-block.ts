// A block of headers as it goes over the wire: text that is put together once and read once.
import { RouterError } from '@router-mesh/contracts';
import { MsgHdrsImpl } from '@nats-io/nats-core/internal';

const version = 'NATS/1.0';

/** What would end a line or is no printable ASCII. */
const unprintable = /[^\x20-\x7e]/;
// Matches what ends a line, or is no character to be seen.
const control = /[\x00-\x1f\x7f]/;
// Matches a name as the client library has it: printable ASCII without white space and colon.
const namePattern = /^[!-9;-~]*$/;

/**
 * One line of a block.
 *
 * INVARIANT (a header is one line of ASCII): a value with a line break would smuggle in headers of its own, `Nats-Rollup` for one, or bodies.
 * @param name one of ours, which is not checked
 * @throws RouterError `internal` naming the header, and nothing of what stands in it
 */
export function headerLine(name: string, value: string): string {
  if (unprintable.test(value)) throw new RouterError('internal', `header ${name} is no line of printable ASCII`);
  return `${name}: ${value}\r\n`;
}

/** The same for a value of any script: a subject may have one. @throws as `headerLine` does, where it would end the line */
export function anyScriptLine(name: string, value: string): string {
  if (control.test(value)) throw new RouterError('internal', `header ${name} is no line`);
  return `${name}: ${value}\r\n`;
}

/** Lines, as a whole block. */
export function headerBlock(lines: string): string {
  return `${version}\r\n${lines}\r\n`;
}

/**
 * Headers that came, as the client library has them in all but the time it takes.
 *
 * It checks, searches and sorts in each header by all that went before it; this is one pass over the text, and a `get` one look into a map.
 */
class ReceivedHeaders extends MsgHdrsImpl {
  override get(name: string): string {
    return this.headers.get(name)?.[0] ?? '';
  }

  override has(name: string): boolean {
    return this.headers.has(name);
  }
}

/**
 * Read a block. Names are told apart by case; lines without a colon mean nothing.
 * @throws Error where a name or a line break is not of its form
 */
export function readBlock(block: string): MsgHdrsImpl {
  const first = endOfLine(block, 0);
  const [code, description] = readStatus(block.slice(0, first));
  const read = new ReceivedHeaders(code, description);
  for (let at = first + 2; at < block.length;) {
    const end = endOfLine(block, at);
    const line = block.slice(at, end);
    const colon = line.indexOf(':');
    if (colon !== -1) {
      const name = line.slice(0, colon);
      if (!namePattern.test(name)) throw new Error('a header has a name that is none');
      const value = line.slice(colon + 1).trim();
      const found = read.headers.get(name);
      if (found === undefined) read.headers.set(name, [value]);
      else found.push(value);
    }
    at = end + 2;
  }
  return read;
}

/** Where the line ends that begins at `at`: before both bytes of a line break. One of them alone is refused, for others may take it for one. */
function endOfLine(block: string, at: number): number {
  const carriageReturn = block.indexOf('\r', at);
  const lineFeed = block.indexOf('\n', at);
  if (carriageReturn === -1 && lineFeed === -1) return block.length;
  if (lineFeed !== carriageReturn + 1 || carriageReturn === -1)
    throw new Error('a line of the headers ends in half a line break');
  return carriageReturn;
}

/** What the server says in the first line, `NATS/1.0 503` for one; 0 when it says nothing. */
function readStatus(line: string): [code: number, description: string] {
  if (line === version) return [0, ''];
  const [, code = '', description = ''] = /^NATS\/1\.0 +(\d{3})\b *(.*)$/.exec(line) ?? [];
  return [Number(code), description.trim()];
}
