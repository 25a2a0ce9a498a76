// What values are outside of a policy: JSON.

/** A value as JSON has it: Money in pico-USD, Duration and Time in ms, a Model as its id. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
