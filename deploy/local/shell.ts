// What the environment of the shell says to `up` itself.
import { accessSync, constants } from 'node:fs';
import { commonSettings } from '@router-mesh/contracts';
import { levels } from './entry.ts';
import type { Environment } from './environment.ts';
import { UpError } from './up-error.ts';

/** The server to start; `npm start` finds or fetches it. @throws UpError when none is named, or it is none */
export function natsServerPath({ NATS_SERVER: path }: Environment): string {
  if (!path)
    throw new UpError('no nats-server: start with npm start, which finds or fetches one, or name one in NATS_SERVER');
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    throw new UpError(`NATS_SERVER names "${path}", which is no executable file: correct it, or start with npm start`);
  }
}

/** The least level that is shown; services refuse one that is none. */
export function levelShown({ ROUTER_LOG_LEVEL: level = 'info' }: Environment): number {
  if (level === 'silent') return levels.fatal;
  return Object.entries(levels).find(([name]) => name === level)?.[1] ?? levels.info;
}

/** How long a service drains, as it reads the setting itself; it refuses one that is not of its form. */
export function drainTimeoutMs(shell: Environment): number {
  const { name, schema, fallback } = commonSettings.drainTimeoutMs;
  return schema.safeParse(shell[name] ?? fallback).data ?? 60_000;
}
