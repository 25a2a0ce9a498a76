// `name@range`: how `extends`, `import` and `use` name what is somewhere else.

export interface Reference {
  readonly name: string;
  /** Undefined is any version. */
  readonly range: string | undefined;
}

// Parts between slashes, each of letters, digits, dots, dashes and underscores.
const nameForm = /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/;

/** Without a look at its form. */
export function splitReference(text: string): Reference {
  const at = text.indexOf('@');
  return at < 0 ? { name: text, range: undefined } : { name: text.slice(0, at), range: text.slice(at + 1) };
}

export function isReferenceName(name: string): boolean {
  return nameForm.test(name);
}
