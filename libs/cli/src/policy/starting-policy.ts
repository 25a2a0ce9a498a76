// What `router policy init` writes.

/** @param name as `acme/main` */
export function startingPolicy(name: string): string {
  return `// Where requests of a tenant go. Try it: router policy test, router policy eval, and when it is right router policy publish.
// The language: docs/wend/guide.md.
policy "${name}" version "0.1.0" {
  // Policies that extend this one may set it to something else: param max_answer = 512
  param max_answer: Int = 2k

  // Functions have no effects, rules have: all that match apply, in the order in which they stand here.
  fn is_large() -> Bool { return request.tokens_in > 8k }

  rule short_answers when tenant.tier == "free" {
    limit max_tokens = max_answer
    tag tier = tenant.tier
  }

  rule nothing_huge when request.tokens_in > 100k {
    deny "too_large" status 413 message "requests have at most 100 000 tokens here"
  }

  // Of routes the first that matches wins. A request that no other one takes goes the default way.
  route large when is_large() {
    candidates @demo/lorem
    fallback @demo/echo on timeout, server_error, overloaded
  }

  route default {
    candidates @demo/echo
    fallback @demo/lorem on any
  }

  // A test starts from a sample request: a short chat of a free tenant on a Monday noon.
  test "a short request takes the default route" {
    expect decision.route == "default"
    expect decision.picked == @demo/echo
  }

  test "a long one takes its own" {
    given request.tokens_in = 20k
    expect decision.route == "large"
  }

  test "free tenants get short answers" {
    given tenant.tier = "free"
    expect decision.limits.max_tokens == 2k
  }

  test "those who pay have no limit" {
    given tenant.tier = "pro"
    expect decision.limits.max_tokens == null
  }

  test "what is too large is refused" {
    given request.tokens_in = 200k
    expect decision.effect == "deny"
    expect decision.deny?.status == 413
  }
}
`;
}
