// What the reference says about one diagnostic.
export interface CodePage {
  /** A few words, as a heading. */
  readonly title: string;
  /** One to three sentences: what it means, and what to do. */
  readonly meaning: string;
  /** A source that gets it, as short as can be; run by a test. */
  readonly example: string;
  /** Sources that the example extends or imports, found by the names that they bear. */
  readonly beside?: readonly string[];
}
