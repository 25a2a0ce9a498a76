// One request and its whole answer: what both loops do over and over.

/**
 * Send a request and take its whole answer. Where a task times parts of an answer they count from `startedMs`, on the clock of `performance.now()`.
 * @throws Unanswered when there was none in time; Error when it is not what was expected
 */
export type Once = (startedMs: number) => Promise<void>;

/** No answer came within the time that is waited for one. */
export class Unanswered extends Error {}
