// How a command fails: what is said, and the exit code.
import { Attempt, RouterError, type ErrorBody } from '@router-mesh/contracts';
import { z } from 'zod';

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

/** Say why it failed: one line, or the error's body when JSON was asked for. @returns the exit code */
export function tellFailure(thrown: unknown, { json }: { readonly json?: boolean }): number {
  const { exitCode, line, body } = failureOf(thrown);
  if (json && body !== undefined) process.stdout.write(`${JSON.stringify(body)}\n`);
  else process.stderr.write(`router: ${line}\n`);
  return exitCode;
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
    line: [`${error.code}: ${error.message}${own}`, ...attemptLines(error), ...advice(error)].join('\n'),
    body: error.toBody(),
  };
}

/** Why each candidate failed, a line each. */
function attemptLines({ details }: RouterError): string[] {
  const attempts = z.array(Attempt).safeParse(details?.['attempts']);
  if (!attempts.success) return [];
  return attempts.data.map(({ model, class: failure, status, message }) => {
    const said = message === undefined ? '' : `: ${message}`;
    return `  ${model}: ${failure}${status === undefined ? '' : ` ${status}`}${said}`;
  });
}

/** What helps a newcomer most often. */
function advice({ code, message }: RouterError): string[] {
  return code === 'unavailable' && message.startsWith('no NATS at')
    ? ['  start one with npm start, or name it by --server']
    : [];
}
