// What a deployment needs at a rate, worked out from what was measured on one machine. Pure.

/** What a unary request costs there, CPU time in µs, and what the stores carried. */
export interface Measured {
  readonly policyUs: number;
  readonly providerUs: number;
  /** Of all nats-servers of a cluster of three, with METER on each of them. */
  readonly natsUs: number;
  /** Messages a second that one stream with three replicas acknowledged. */
  readonly acksPerSecond: number;
}

/** What is taken for granted. */
export interface Assumptions {
  /** How much of a core a process is planned to use. */
  readonly fill: number;
  /** Cores of a machine that runs a nats-server. */
  readonly coresANode: number;
  /** How long a model takes, s: what is under way at once. */
  readonly modelSeconds: number;
  /** Bytes of a request, and of its answer. */
  readonly requestBytes: number;
  readonly answerBytes: number;
  /** Of both records of a call, stored. */
  readonly recordBytes: number;
  /** Messages of `finished` records a request: 1 where no two of a tenant meet at a provider. */
  readonly acksARequest: number;
}

export const assumptions: Assumptions = {
  fill: 0.6,
  coresANode: 8,
  modelSeconds: 2,
  requestBytes: 2000,
  answerBytes: 2000,
  recordBytes: 1200,
  acksARequest: 1,
};

/** What it comes to. */
export interface Sizing {
  readonly rate: number;
  readonly policies: number;
  readonly providers: number;
  /** CPU cores that they all use, without reserve. */
  readonly cores: number;
  readonly natsNodes: number;
  /** Streams that METER is split into. */
  readonly meterStreams: number;
  readonly inFlight: number;
  /** Into and out of all nats-servers together, MB a second. */
  readonly trafficMb: number;
  /** On each of METER's three servers, GB a day. */
  readonly meterGbADay: number;
}

/** The fewest that go on when one is lost. */
const fewestReplicas = 2;
const fewestNodes = 3;
const secondsADay = 86_400;
/** The stream that METER is sits on so many servers. */
const copies = 3;

/** What a deployment needs for so many unary requests a second. */
export function sizeFor(rate: number, measured: Measured, assumed: Assumptions = assumptions): Sizing {
  const coresOf = (us: number): number => (rate * us) / 1_000_000;
  const processes = (us: number): number => Math.max(fewestReplicas, Math.ceil(coresOf(us) / assumed.fill));
  const { requestBytes, answerBytes, recordBytes } = assumed;
  // In and out: the client's request, its forward, its answer; the records go to two more servers.
  const bytes = 2 * (2 * requestBytes + answerBytes) + (1 + copies - 1) * recordBytes;
  return {
    rate,
    policies: processes(measured.policyUs),
    providers: processes(measured.providerUs),
    cores: coresOf(measured.policyUs + measured.providerUs + measured.natsUs),
    natsNodes: Math.max(fewestNodes, Math.ceil(coresOf(measured.natsUs) / (assumed.coresANode * assumed.fill))),
    meterStreams: Math.max(1, Math.ceil((rate * assumed.acksARequest) / (measured.acksPerSecond * assumed.fill))),
    inFlight: rate * assumed.modelSeconds,
    trafficMb: (rate * bytes) / 1e6,
    meterGbADay: (rate * recordBytes * secondsADay) / 1e9,
  };
}
