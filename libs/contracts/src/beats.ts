// How producer and reader of a framed answer know that the other one lives.

/** A stop that keeps a request for longer without a frame beats, ms. */
export const firstBeatMs = 500;

/** From its first frame on a producer beats so often, ms. */
export const beatEveryMs = 2000;

/**
 * A reader with credit that has answered none of so many beats is gone: about 15 s.
 *
 * Beats are counted and no clock is compared: a producer that was stopped for a while has sent none meanwhile, and blames nobody.
 */
export const mostUnansweredBeats = 8;
