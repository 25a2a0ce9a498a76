// When a request's id was made, as the id says. Pure.
const digits = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Epoch ms. @param ulid of its form: its first ten digits are the time */
export function ulidTime(ulid: string): number {
  return [...ulid.slice(0, 10)].reduce((time, digit) => time * 32 + digits.indexOf(digit), 0);
}
