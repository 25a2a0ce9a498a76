/** Every error the demo answers, in the words, types and codes of OpenAI's API (not of the house: clients parse these). */

/** A failed call, as OpenAI tells it: thrown anywhere, written as `{ error: { message, type, param, code } }`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;

  constructor(status: number, message: string, about: { type?: string; param?: string; code?: string } = {}) {
    super(message);
    this.status = status;
    this.type = about.type ?? 'invalid_request_error';
    this.param = about.param ?? null;
    this.code = about.code ?? null;
  }

  /** The JSON text of the answer's body. */
  body(): string {
    const { message, type, param, code } = this;
    return JSON.stringify({ error: { message, type, param, code } });
  }
}

/** 400: a parameter that must be there is not. */
export function missing(param: string): ApiError {
  return new ApiError(400, `Missing required parameter: '${param}'.`, { param, code: 'missing_required_parameter' });
}

/** 400: a parameter is there and wrong; `expected` completes the sentence "expected …". */
export function invalid(param: string, expected: string, code = 'invalid_value'): ApiError {
  return new ApiError(400, `Invalid '${param}': expected ${expected}.`, { param, code });
}

/** 400: the body is not JSON. Quotes nothing of it, for it may hold a prompt. */
export function notJson(): ApiError {
  return new ApiError(400, 'We could not parse the JSON body of your request. Expected a JSON object.');
}

/** 404: no such model, or not one for this endpoint. */
export function unknownModel(model: string): ApiError {
  const message = `The model '${model.slice(0, 100)}' does not exist or cannot be used with this endpoint.`;
  return new ApiError(404, message, { param: 'model', code: 'model_not_found' });
}

/** 404: no such path. */
export function unknownPath(method: string, path: string): ApiError {
  return new ApiError(404, `Invalid URL (${method} ${path.slice(0, 200)})`, { code: 'unknown_url' });
}

/** 405: the path exists for another method. */
export function wrongMethod(method: string, path: string): ApiError {
  return new ApiError(405, `Not allowed to ${method} on ${path}.`, { code: 'method_not_supported' });
}

/** 413: the body is larger than the demo reads. */
export function tooLarge(limitBytes: number): ApiError {
  return new ApiError(413, `The request body is larger than ${limitBytes} bytes.`, { code: 'request_too_large' });
}

/** 500: a bug of the demo's. */
export function unexpected(): ApiError {
  return new ApiError(500, 'The demo failed unexpectedly.', { type: 'server_error' });
}

/** The failure a caller told the demo to have, with the type and code that OpenAI gives with that status. */
export function toldFailure(status: number, code?: string): ApiError {
  const usual = usualFailures.get(status);
  const type = usual?.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error');
  const about = code ?? usual?.code;
  return new ApiError(status, `The demo was told to fail with ${status}.`, { type, ...(about && { code: about }) });
}

const usualFailures = new Map<number, { type: string; code?: string }>([
  [401, { type: 'invalid_request_error', code: 'invalid_api_key' }],
  [404, { type: 'invalid_request_error', code: 'model_not_found' }],
  [429, { type: 'requests', code: 'rate_limit_exceeded' }],
]);
