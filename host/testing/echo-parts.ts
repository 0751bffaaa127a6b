// A body that goes out part by part, each only when the answer to the one before has come: what shows that an app streams both ways.
import { type RawAnswer, RawConnection, requestText } from '../trigger/http/testing/raw-connection.ts';
import { until } from './until.ts';

/**
 * Posts `parts` to a URL as chunks. Sends a part only after what `answerTo` makes of the one before has been received, so an app that
 * waits for the whole body makes it reject after a deadline. Gives the whole answer.
 */
export async function echoParts(
  url: string,
  parts: readonly string[],
  answerTo = (part: string): string => part,
): Promise<RawAnswer> {
  const { port, pathname } = new URL(url);
  await using connection = await RawConnection.open(Number(port));
  let received = '';
  connection.socket.on('data', (text: string) => {
    received += text;
  });
  connection.send(requestText('POST', pathname, ['Transfer-Encoding: chunked']));
  for (const part of parts) {
    connection.send(`${part.length.toString(16)}\r\n${part}\r\n`);
    await until(`the answer to "${part}"`, () => received.includes(answerTo(part)));
  }
  connection.send('0\r\n\r\n');
  return await connection.readAnswer();
}
