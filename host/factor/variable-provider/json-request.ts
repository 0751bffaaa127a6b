// Requests to servers that hold secrets: a JSON answer to a request over HTTP or HTTPS. Loads what it needs when it is first called.

import { readFile } from 'node:fs/promises';
import { getBuiltinModule } from 'node:process';
import { text } from 'node:stream/consumers';
import type { LoadHttps } from '../https.ts';

/** No answer takes longer, in milliseconds: a guest waits for it. */
const TIMEOUT_MS = 30_000;

/** A request; a form is sent as a POST. */
export type JsonRequest = {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
};

/** The status, and the body where it is JSON. */
export type JsonAnswer = { readonly status: number; readonly body: unknown };

/** Sends a request. Rejects with an `Error` that names the server when it gives no answer. */
export type SendJson = (request: JsonRequest) => Promise<JsonAnswer>;

/** Creates what sends each request over a connection of its own. */
export function createSendJson(loadHttps: LoadHttps): SendJson {
  return (request) => send(request, loadHttps);
}

async function send({ url, headers = {}, form }: JsonRequest, loadHttps: LoadHttps): Promise<JsonAnswer> {
  const { request } = url.startsWith('https:') ? loadHttps() : getBuiltinModule('node:http');
  const body = form && new URLSearchParams(form).toString();
  const type = body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  try {
    const message = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
      request(url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { accept: 'application/json', ...type, ...headers },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
        .on('response', resolve)
        .on('error', reject)
        .end(body);
    });
    return { status: message.statusCode ?? 0, body: parseJson(await text(message)) };
  } catch (error) {
    const { host } = new URL(url);
    throw new Error(`${host} gives no answer: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Reads a small text file, such as a token that is renewed from time to time. */
export function readText(path: string): Promise<string> {
  return readFile(path, 'utf8');
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
