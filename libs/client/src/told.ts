// What the mesh tells about a request: the contracts' own types, under the names by which users import them.
import type * as contracts from '@router-mesh/contracts';

/** Which provider and model answered, by which policy and route, what failed before (`attempts`) and which stops it passed (`trail`). */
export type AnswerReport = contracts.AnswerReport;

/** A candidate that failed before another one answered. */
export type Attempt = contracts.Attempt;

/** One stop's part of the way; epoch ms, then ms. */
export type TrailEntry = contracts.TrailEntry;

/** The tokens that an answer is accounted with; `estimated` when the model's API reported none. */
export type Usage = contracts.Usage;

/** What `decide` answers: the plan, and the stops that it would visit. */
export type Decision = contracts.Decision;

/** The plan that policy writes: the candidates in the order in which they are tried, and on what terms. */
export type Plan = contracts.Plan;

/** One model of one vendor that may answer. */
export type Candidate = contracts.Candidate;

/** What a request may ask of the router itself, in its `router` field. */
export type RouterOptions = contracts.RouterOptions;

/** What went wrong: one of a closed list. */
export type ErrorCode = contracts.ErrorCode;
