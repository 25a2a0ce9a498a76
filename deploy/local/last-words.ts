// Why a process ended, as well as the end of its output tells. Pure.

/** The last fatal line of a service's log, or the message of an uncaught error; else the last line there is. */
export function lastWords(lines: readonly string[]): string {
  for (const read of [fatalMessage, thrownMessage, plainText]) {
    const found = lines.map(read).findLast((text) => text !== undefined);
    if (found !== undefined) return found;
  }
  return 'it said nothing';
}

function fatalMessage(line: string): string | undefined {
  if (!line.startsWith('{"level":60')) return undefined;
  try {
    return (JSON.parse(line) as { msg?: string }).msg;
  } catch {
    return undefined; // cut
  }
}

/** `SyntaxError [CODE]: message`, as Node writes it above the stack. */
function thrownMessage(line: string): string | undefined {
  return /^\w*Error\b[^:]*: ./.test(line) ? line : undefined;
}

/** Without nats-server's process id, date and time. */
function plainText(line: string): string | undefined {
  return line.replace(/^\[\d+\] \S+ \S+ /, '').trim() || undefined;
}
