// Policies, written by an operator while a mesh runs.
import { policy } from '@router-mesh/contracts';
import { call, type NatsConnection } from '@router-mesh/wire';
import type { Mesh } from './mesh.ts';
import type { PlainClient } from './plain-client.ts';
import { until } from './poll.ts';

export class Publisher implements AsyncDisposable {
  readonly #operator: NatsConnection;
  readonly #client: PlainClient;

  private constructor(operator: NatsConnection, client: PlainClient) {
    this.#operator = operator;
    this.#client = client;
  }

  /** @param client asks what would be decided, and so hears when a policy judges */
  static async in(mesh: Mesh, client: PlainClient): Promise<Publisher> {
    return new Publisher(await mesh.nats.connect('operator'), client);
  }

  /**
   * Publish the `main` policy of a tenant; resolves, when it judges, to the digest that answers name it by. A mesh must run one policy process:
   * another one may be slower.
   * @param body what stands between its braces
   * @param parent the tenant whose `main` it extends
   */
  async main(tenant: string, body: string, parent?: string): Promise<string> {
    const over = parent === undefined ? '' : ` extends "${named(parent)}@^1"`;
    const source = `policy "${named(tenant)}" version "1.0.0"${over} {\n${body}\n}\n`;
    const { bundle = '' } = await call(this.#operator, policy.publish, tenant, { source, by: 'ada' });
    await until(`the policy of "${tenant}" to judge`, async () => (await this.#judging(tenant)) === bundle);
    return bundle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#operator.close();
  }

  /** The digest of the policy that judges a tenant's requests now, refusals too. */
  async #judging(tenant: string): Promise<unknown> {
    const messages = [{ role: 'user', content: 'hi' }];
    const { body } = await this.#client.ask('decide', { model: 'auto', messages }, { tenant });
    const plan = body['plan'] as { readonly policy_version?: string } | undefined;
    return plan?.policy_version ?? body.error?.details?.['policy_version'];
  }
}

function named(tenant: string): string {
  return `${tenant.replaceAll('.', '/')}/main`;
}
