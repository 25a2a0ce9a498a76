// Why the mesh cannot start or go on.

/** Said to the user in one line; it says what to do. */
export class UpError extends Error {
  override readonly name = 'UpError';
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}
