// How models do, as policies see it: made anew now and then, and shared by the requests in between.
import type { ModelHealth } from '@router-mesh/wend';
import type { HealthBoard } from '../../health.ts';

/** Instances speak once a second; a map may be so old, ms. */
const keptMs = 100;

type HealthMap = Readonly<Record<string, ModelHealth>>;

export class HealthMaps {
  readonly #board: HealthBoard;
  #map: HealthMap = {};
  #at = 0;

  constructor(board: HealthBoard) {
    this.#board = board;
  }

  /** By `vendor/model`, of those that were called lately. */
  at(now: number): HealthMap {
    if (now - this.#at < keptMs && now >= this.#at) return this.#map;
    this.#at = now;
    this.#map = Object.freeze(
      Object.fromEntries(
        this.#board
          .all(now)
          .map(([model, { ok, p95, errors, open }]) => [
            model,
            Object.freeze({ ok, p95: p95 === undefined ? null : Math.round(p95), errors, open }),
          ]),
      ),
    );
    return this.#map;
  }
}
