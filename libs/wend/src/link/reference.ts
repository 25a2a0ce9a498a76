// `name@range`, as `extends` and `import` say it.
import { isRange } from '../semver.ts';

export interface Reference {
  readonly name: string;
  /** Undefined is any version. */
  readonly range: string | undefined;
}

// Parts between slashes, each of letters, digits, dots, dashes and underscores.
const nameForm = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;

/** Undefined when it is none. */
export function parseReference(text: string): Reference | undefined {
  const at = text.indexOf('@');
  const [name, range] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
  if (!nameForm.test(name) || (range !== undefined && !isRange(range))) return undefined;
  return { name, range };
}
