/** Where the demo listens, from the environment: `DEMO_HOST` and `DEMO_PORT`. */

/** Where to listen; port 0 is any free one. */
export interface Settings {
  readonly host: string;
  readonly port: number;
}

/**
 * Read the settings; empty is as good as absent.
 * @throws Error when `DEMO_PORT` is not a port
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const port = environment['DEMO_PORT'] || '4280';
  // Digits only: Number would also take " ", "0x10" and "1e3".
  if (!/^\d+$/.test(port) || Number(port) > 65_535)
    throw new Error(`DEMO_PORT is "${port}", not a port from 0 to 65535`);
  return { host: environment['DEMO_HOST'] || '127.0.0.1', port: Number(port) };
}
