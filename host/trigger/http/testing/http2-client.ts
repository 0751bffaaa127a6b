// A client of HTTP/2 and what it is shown.

import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { type Respond, serving, type TestServer } from './served-exchanges.ts';

/** An answer, without its date. */
export type Shown = {
  status: number;
  headers: Record<string, unknown>;
  body: string;
  trailers: Record<string, unknown>;
};

/** Runs `use` with a connection of HTTP/2 to a server whose exchanges `respond` answers. */
export async function connected(
  respond: Respond,
  use: (session: ClientHttp2Session, served: TestServer) => Promise<void>,
  limits?: Parameters<typeof serving>[2],
): Promise<void> {
  await serving(
    respond,
    async (served) => {
      const session = connect(`http://127.0.0.1:${served.port}`);
      session.on('error', () => {});
      try {
        await use(session, served);
      } finally {
        session.destroy();
      }
    },
    limits,
  );
}

/** Reads the answer on a stream until that is closed. */
export async function read(stream: ClientHttp2Stream): Promise<Shown> {
  const chunks: Buffer[] = [];
  let headers: Record<string, unknown> = {};
  let trailers: Record<string, unknown> = {};
  stream.on('response', (fields) => {
    headers = { ...fields };
  });
  stream.on('trailers', (fields) => {
    trailers = { ...fields };
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(stream, 'close');
  const { ':status': status, date: _, ...rest } = headers;
  return { status: Number(status), headers: rest, body: Buffer.concat(chunks).toString('latin1'), trailers };
}
