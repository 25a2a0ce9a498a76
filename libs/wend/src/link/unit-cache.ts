// Checked and compiled units by what they were made of, so that a thousand children of one parent share it.

/** Bounded by what is linked: a unit that no linked policy holds any more may go. */
export class UnitCache {}
