// What becomes of whatever a handler throws.
import { RouterError } from '@router-mesh/contracts';
import type { Logger } from 'pino';

/** As the error its caller is told. What is our bug is logged with its cause, once; the caller is told only that it is one. */
export function judge(
  log: Logger,
  thrown: unknown,
  what: string,
  about: Readonly<Record<string, unknown>>,
): RouterError {
  const error = RouterError.from(thrown);
  if (error.code === 'internal') log.error({ err: error.cause ?? error, ...about }, what);
  return error;
}
