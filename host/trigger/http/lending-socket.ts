// Sockets that cost little. They read into one buffer, which all those of a thread share: a read then allocates nothing, where Node would
// make a buffer of 64 KiB, copy what has come to another one, and leave both to the garbage collector. Text goes to the kernel at once,
// and only what it does not take through the stream's queue.

import { writeSync } from 'node:fs';
import { Socket, type SocketConstructorOpts } from 'node:net';

/** What comes in one read at most. */
const BUFFER_BYTES = 0x1_0000;

let lent: Buffer | undefined;

/** An open connection, as Node's servers hand it out; they have no option for where its bytes go. */
type Accepted = Socket & { _handle: { readonly fd: number } | null };

/** A socket whose bytes are lent to `receive` and valid until that returns. */
export class LendingSocket extends Socket {
  /** Set before the event loop goes on. */
  receive: (bytes: Buffer) => void = () => {};

  /** Reads from a descriptor, or from what `takeOver` gives. */
  constructor(source: { readonly fd: number } | { readonly handle: object }) {
    lent ??= Buffer.allocUnsafeSlow(BUFFER_BYTES);
    const buffer = lent;
    const callback = function (this: LendingSocket, length: number): boolean {
      this.receive(buffer.subarray(0, length));
      return true;
    };
    // Node takes the handle of its own servers, too, though only bound sockets are in its documentation.
    super({ ...(source as SocketConstructorOpts), allowHalfOpen: true, onread: { buffer, callback } });
  }

  /** Writes text of one character for each byte. What has to wait counts as `writableLength`, as with `write`. */
  send(text: string): void {
    if (this.writableLength > 0 || this.writableEnded || this.destroyed) {
      this.write(text, 'latin1');
      return;
    }
    const taken = this.#sendNow(text);
    if (taken < text.length) this.write(taken === 0 ? text : text.slice(taken), 'latin1');
  }

  /** Returns how many bytes the kernel has taken. Whatever else it says, the stream will hear, too. */
  #sendNow(text: string): number {
    try {
      return writeSync(descriptorOf(this), text, null, 'latin1');
    } catch {
      return 0;
    }
  }

  /** Takes an accepted connection that was not read from yet; `accepted` is then as if it had been closed. */
  static takeOver(accepted: Socket): LendingSocket {
    const handle = (accepted as Accepted)._handle;
    if (handle === null) throw new TypeError('the connection has been closed');
    (accepted as Accepted)._handle = null;
    accepted.destroy();
    return new LendingSocket({ handle });
  }
}

/** Tells whether bytes are lent, and thus to be copied by those who keep them. */
export function isLent(bytes: Uint8Array): boolean {
  return bytes.buffer === lent?.buffer;
}

/** Returns an accepted connection's descriptor, which Node tells of no other way. */
export function descriptorOf(accepted: Socket): number {
  return (accepted as Accepted)._handle?.fd ?? -1;
}
