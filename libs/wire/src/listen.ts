// Subscribing with a callback, so that no message can make a connection deaf.
import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';

/**
 * Subscribe; `failed` is told what `receive` throws.
 *
 * INVARIANT (never deaf): when a callback throws, the client library stops reading the connection for good and says nothing. Every callback goes through here, or guards itself.
 * A subscription that the server refuses is told by `watchConnection`.
 */
export function listen(
  nc: NatsConnection,
  subject: string,
  receive: (message: Msg) => void,
  { queue, failed }: { readonly queue?: string; readonly failed?: ((thrown: unknown) => void) | undefined } = {},
): Subscription {
  return nc.subscribe(subject, {
    ...(queue === undefined ? {} : { queue }),
    callback: (refused, message) => {
      if (refused !== null) return;
      try {
        receive(message);
      } catch (thrown) {
        failed?.(thrown);
      }
    },
  });
}
