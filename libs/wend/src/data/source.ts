// What is parsed, linked and shown with its diagnostics.

/** A text and how diagnostics are to name it. */
export interface Source {
  readonly file: string;
  readonly text: string;
}
