// The constants of a unit: each once, and in the order in which the source first needs them.
import type { Constant, ConstantValue, Ir } from '../ir/ir.ts';

export class ConstantTable {
  readonly list: ConstantValue[] = [];
  readonly #places = new Map<ConstantValue, Constant>();

  /** Its place in the table. */
  indexOf(value: ConstantValue): Constant {
    const known = this.#places.get(value);
    if (known !== undefined) return known;
    this.#places.set(value, this.list.length);
    return this.list.push(value) - 1;
  }

  ir(value: ConstantValue): Ir {
    return { kind: 'constant', index: this.indexOf(value) };
  }
}
