// The errors that a client makes itself.
import { RouterError } from '@router-mesh/contracts';

/** `unavailable`, as everything is called that fails for want of a connection. */
export function disconnected(message: string, cause?: unknown): RouterError {
  return new RouterError('unavailable', message, { details: { reason: 'disconnected' }, cause });
}

/** The connection was lost, and with it whatever was still to come. @param deltas how many had come */
export function lostConnection(deltas: number): RouterError {
  if (deltas === 0) return disconnected('the connection to NATS was lost before the answer came');
  const message = `the connection to NATS was lost after ${deltas} deltas`;
  return new RouterError('stream_interrupted', message, { details: { reason: 'disconnected', delivered: deltas } });
}

/** The mesh did not say itself that the time is over. */
export function late(timeoutMs: number): RouterError {
  return new RouterError('deadline_exceeded', `the answer was not complete within ${timeoutMs} ms`, {
    details: { stop: 'client' },
  });
}

export function cancelled(cause: unknown): RouterError {
  return new RouterError('cancelled', 'cancelled by the client', { cause });
}

/** The credentials do not allow something; the remedy says what to do. */
export function forbidden(what: string, subject: string, remedy: string, cause?: unknown): RouterError {
  return new RouterError('unauthenticated', `these credentials may not ${what} "${subject}"; ${remedy}`, { cause });
}

/** What came cannot be read as an answer. */
export function malformed(cause: unknown): RouterError {
  return new RouterError('internal', 'the answer was not of its form', { cause });
}
