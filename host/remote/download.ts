// Gets things by HTTP: follows redirects, within limits of time and size, and says in words why there is nothing.

/** The `fetch` of the platform, or one that a test gives. */
export type Fetch = typeof fetch;

/** A source is at fault, or the network: the message is for the app's author. */
export class RemoteError extends Error {}

/** No component is larger. Bytes. */
const MAX_BYTES = 512 * 2 ** 20;

/** No description of a package is larger. Bytes. */
const MAX_JSON_BYTES = 4 * 2 ** 20;

/** How long one download may take, in milliseconds. */
const TIMEOUT_MS = 100_000;

/** Sends a GET. Throws a `RemoteError` when there is no answer, whatever the answer says. */
export async function get(
  fetch: Fetch,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  try {
    return await fetch(url, { headers: { ...headers }, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new RemoteError(`cannot reach ${new URL(url).host}: ${reasonOf(error)}`, { cause: error });
  }
}

/** Throws a `RemoteError` unless the answer is what was asked for. */
export function requireOk(response: Response, what: string): Response {
  if (response.ok) return response;
  throw new RemoteError(`${what}: the server answers ${response.status} ${response.statusText}`.trimEnd());
}

/** The content, chunk by chunk. Throws a `RemoteError` when it breaks off or is too large. */
export async function* readContent(response: Response, what: string): AsyncGenerator<Uint8Array, void> {
  yield* readUpTo(response, what, MAX_BYTES);
}

/** The content as JSON. Throws a `RemoteError` when it is none. */
export async function readJson(response: Response, what: string): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of readUpTo(response, what, MAX_JSON_BYTES)) text += decoder.decode(chunk, { stream: true });
  try {
    return JSON.parse(text + decoder.decode());
  } catch {
    throw new RemoteError(`${what}: the answer is not JSON`);
  }
}

async function* readUpTo(response: Response, what: string, limit: number): AsyncGenerator<Uint8Array, void> {
  let length = 0;
  try {
    for await (const chunk of response.body ?? []) {
      length += chunk.length;
      if (length > limit) break;
      yield chunk;
    }
  } catch (error) {
    throw new RemoteError(`${what}: the answer breaks off: ${reasonOf(error)}`, { cause: error });
  }
  if (length > limit) throw new RemoteError(`${what}: larger than ${limit / 2 ** 20} MiB`);
}

/** `fetch` hides the reason in the cause. */
function reasonOf(error: unknown): string {
  const cause = (error as { readonly cause?: unknown }).cause ?? error;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message || ((cause as NodeJS.ErrnoException).code ?? cause.name);
}
