// What a reader says on a control subject, and which subjects are control subjects.

/** The call is not wanted any more. */
export const cancelWord = 'cancel';

/** Deltas up to this many may be sent on the leg: absolute, so that one that is lost does no harm. */
export function limitWord(deltas: number): string {
  return `limit ${deltas}`;
}

// Matches what `limitWord` says: ten digits are more deltas than any answer has.
const limitPattern = /^limit (\d{1,10})$/;

/** The deltas that a `limitWord` allows; undefined for any other text. */
export function parseLimitWord(text: string): number | undefined {
  const deltas = limitPattern.exec(text)?.[1];
  return deltas === undefined ? undefined : Number(deltas);
}

// Matches the root of control subjects, and the service, the connection and the token after it.
const controlPattern = /^router\.v2\.control(\.[A-Za-z0-9_-]{1,63}){3}$/;

/** Whether a text is a control subject: a reader publishes to what an answer names, so nothing else may pass for one. */
export function isControlSubject(text: string): boolean {
  return controlPattern.test(text);
}
