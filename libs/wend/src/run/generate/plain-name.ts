// Which field names may stand in generated text.

// Matches what we name our own fields like: lower case, digits, underscores.
const plain = /^[a-z_][a-z0-9_]*$/;
const longest = 64;

/** What JavaScript itself finds on values, or looks for on them. */
const denied = new Set(
  [Object, Array, Function, String, Number, Boolean, Date, Promise]
    .flatMap((one) => [...Object.getOwnPropertyNames(one.prototype), ...Object.getOwnPropertyNames(one)])
    .concat('then', 'toJSON', 'arguments', 'caller', 'callee', 'eval'),
);

/** The others are read through the table, as own properties. */
export function isPlainName(name: string): boolean {
  return name.length <= longest && plain.test(name) && !denied.has(name);
}
