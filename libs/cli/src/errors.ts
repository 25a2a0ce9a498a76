// How a command fails: what is said, and the exit code.
import { RouterError, type ErrorBody } from '@router-mesh/contracts';

export const exitCodes = { ok: 0, refused: 1, usage: 2, unreachable: 3 } as const;

/** The command line, or a file that it names, is not of its form. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** There is no NATS, or it does not let us in. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  readonly error: RouterError;

  constructor(error: RouterError) {
    super(error.message, { cause: error });
    this.error = error;
  }
}

/** A failure as it is told; `body` is there for whatever is an error of the mesh's closed list. */
export interface Failure {
  readonly exitCode: number;
  readonly line: string;
  readonly body?: ErrorBody;
}

export function failureOf(thrown: unknown): Failure {
  if (thrown instanceof UsageError) return { exitCode: exitCodes.usage, line: thrown.message };
  const unreachable = thrown instanceof UnreachableError;
  const error = unreachable ? thrown.error : RouterError.from(thrown);
  const own = error.code === 'internal' && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return {
    exitCode: unreachable ? exitCodes.unreachable : exitCodes.refused,
    line: `${error.code}: ${error.message}${own}`,
    body: error.toBody(),
  };
}
