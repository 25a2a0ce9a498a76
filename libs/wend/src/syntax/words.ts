// The words that mean something: everywhere (reserved), or where the grammar expects them.

/** Never names, but after `.` and as keys of records. */
export const reservedWords: ReadonlySet<string> = new Set(
  'or and not in matches div mod if then else true false null let var set for while break continue return'.split(' '),
);

/** Names of types, and of nothing else. */
export const typeWords: ReadonlySet<string> = new Set(
  'Bool Int Float String Duration Money Time ModelId Model Json Map'.split(' '),
);

export const declarationWords: ReadonlySet<string> = new Set(
  'meta combine param const type fn rule route breaker test open final'.split(' '),
);

/** What a fallback may be taken on. */
export const failureClasses: ReadonlySet<string> = new Set(
  'timeout server_error rate_limited overloaded circuit_open content_filter context_length auth bad_request any'.split(
    ' ',
  ),
);

/** What may follow an expression, or begin a statement or a step of a test. */
export const followingWords: ReadonlySet<string> = new Set([
  ...reservedWords,
  ...'deny candidates split fallback sticky limit only exclude use transform experiment cache hedge tag'.split(' '),
  ...'by on retry backoff status message with required optional on_fail timeout stream ttl'.split(' '),
  ...'given sample expect'.split(' '),
]);
